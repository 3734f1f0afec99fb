#!/bin/sh
# Writes man/, completions/ and the snapshot that tests compare them with, from the commands themselves.
# Run it after a change of a command's options or help, and commit what it writes.
#
#   packaging/generate-docs.sh [DIRECTORY OF THE PACKAGE]
set -eu

here=$(cd "$(dirname "$0")/.." && pwd)
package=${1:-$here}
# Fixed, so that the same commands give the same pages.
date=2026-11-22
authors="the ndstream authors"

cd "$package"
swift build --product ndstream
binary=$(swift build --show-bin-path)/ndstream
swift package --allow-writing-to-package-directory generate-manual --multi-page --date "$date" --authors "$authors"

mkdir -p "$here/man" "$here/completions"
rm -f "$here"/man/ndstream*.1
cp .build/plugins/GenerateManual/outputs/ndstream/*.1 "$here/man/"
"$binary" --generate-completion-script bash > "$here/completions/ndstream.bash"
"$binary" --generate-completion-script zsh > "$here/completions/_ndstream"
"$binary" --generate-completion-script fish > "$here/completions/ndstream.fish"
"$binary" --experimental-dump-help > "$here/Tests/Fixtures/CLI/commands.json"
