#!/usr/bin/env bash
# Pack a built exc as a release does: bash ci/package.sh TARGET FOLDER-OF-THE-BINARY OUT
# Writes OUT/exc-TARGET-vVERSION.tgz (.zip for Windows), which holds a folder of that name: the
# program, licences, completions and manual pages. `cargo binstall` looks for exactly that.
set -euo pipefail

fail() {
  printf 'package: %s\n' "$*" >&2
  exit 1
}

[ $# -eq 3 ] || fail 'usage: bash ci/package.sh TARGET FOLDER-OF-THE-BINARY OUT'
[ -f ci/package.sh ] || fail 'run me from the repository root'
target=$1 out=$3
case "$target" in
  *-windows-*) program=exc.exe ;;
  *) program=exc ;;
esac
binary=$2/$program
[ -x "$binary" ] || fail "$binary is not an executable file"
case "$target" in
  *-linux-musl) ! readelf --program-headers "$binary" | grep -q INTERP || fail "$binary is not static" ;;
esac
version=$("$binary" --version)
name=exc-$target-v${version#exc }
folder=$out/$name
rm -rf "$folder"
mkdir -p "$folder/completions" "$folder/man"
cp "$binary" LICENSE-APACHE LICENSE-MIT README.md CHANGELOG.md "$folder/"
"$binary" completions bash >"$folder/completions/exc.bash"
"$binary" completions zsh >"$folder/completions/_exc"
"$binary" completions fish >"$folder/completions/exc.fish"
"$binary" completions powershell >"$folder/completions/_exc.ps1"
"$binary" man --dir "$folder/man" >/dev/null
case "$target" in
  *-windows-*) (cd "$out" && 7z a -bso0 "$name.zip" "$name") ;;
  *) tar -czf "$out/$name.tgz" -C "$out" "$name" ;;
esac
rm -rf "$folder"
echo "$out/$name"
