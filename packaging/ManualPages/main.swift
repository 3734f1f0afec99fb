import Diagnostics
import FoundationEssentials
import Glibc
import System

// Writes the manual: the pages of the commands from what the argument parser says of them, read from standard input,
// and the page of the codes from the catalogue.
//
// usage: manual-pages VERSION DIRECTORY

guard CommandLine.arguments.count == 3 else {
    print("usage: ndstream --experimental-dump-help | manual-pages VERSION DIRECTORY")
    exit(64)
}
let source = "ndstream " + CommandLine.arguments[1]
let directory = CommandLine.arguments[2]

var input: [UInt8] = []
while let line = readLine(strippingNewline: false) { input += line.utf8 }
let program = try JSONDecoder().decode(CommandDump.self, from: Data(input)).command
let commands = (program.subcommands ?? []).filter { $0.commandName != "help" }

var pages = [CommandPage(program, path: [program.commandName], source: source)]
for command in commands {
    pages.append(CommandPage(command, path: [program.commandName, command.commandName], source: source))
}
let references = pages.map { $0.name + "(1)" } + ["ndstream-codes(7)"]
for page in pages {
    try Files.write(Array(page.text(seeAlso: references).utf8), to: "\(directory)/\(page.name).1")
}
try Files.write(Array(codesPage(source: source).utf8), to: "\(directory)/ndstream-codes.7")
