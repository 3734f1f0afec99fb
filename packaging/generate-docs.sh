#!/bin/sh
# Writes man/, completions/ and the description of the commands that tests compare them with, from the commands
# themselves and from the catalogue of conditions.
# Run it after a change of an option, of a help or of a condition, and commit what it writes.
#
#   packaging/generate-docs.sh [DIRECTORY WITH ndstream AND manual-pages]
set -eu

cd "$(dirname "$0")/.."
if [ $# -eq 0 ]; then
    swift build --product ndstream
    swift build --product manual-pages
fi
built=${1:-$(swift build --show-bin-path)}
ndstream=$built/ndstream

mkdir -p man completions
rm -f man/*.[17]
"$ndstream" --experimental-dump-help > Tests/Fixtures/CLI/commands.json
"$built/manual-pages" "$("$ndstream" --version)" man < Tests/Fixtures/CLI/commands.json
"$ndstream" --generate-completion-script bash > completions/ndstream.bash
"$ndstream" --generate-completion-script zsh > completions/_ndstream
"$ndstream" --generate-completion-script fish > completions/ndstream.fish
