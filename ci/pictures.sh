#!/usr/bin/env bash
# Draws the pictures of docs/, from real runs in a register that it makes:
#   bash ci/pictures.sh BINARY            into docs/
#   bash ci/pictures.sh BINARY --check    beside them, and fails where docs/ has another
# Run from the repository root. Installs rich below target/ci on first use.
set -euo pipefail

fail() {
  printf 'pictures: %s\n' "$*" >&2
  exit 1
}

case "$#:${2:-}" in
  1: | 2:--check) ;;
  *) fail 'usage: bash ci/pictures.sh BINARY [--check]' ;;
esac
[ -f ci/pictures.sh ] || fail 'run me from the repository root'
[ -x "$1" ] || fail "$1 is not an executable file"
repository=$PWD
python=$PWD/target/ci/pictures/bin/python
if [ ! -x "$python" ]; then
  python3 -m venv target/ci/pictures
  "$python" -m pip install --quiet --no-deps \
    rich==15.0.0 Pygments==2.21.0 markdown-it-py==4.3.0 mdurl==0.1.2
fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/bin" "$scratch/root" "$scratch/drawn"
folder=$repository/docs
[ $# = 1 ] || folder=$scratch/drawn
ln -s "$(realpath "$1")" "$scratch/bin/exc"
PATH=$scratch/bin:$PATH
unset NO_COLOR COLORFGBG
export TERM=xterm-256color LC_ALL=C.UTF-8
picture() {
  "$python" "$repository/ci/pictures.py" "$folder/$1.svg" "$2" "$3"
}

cd "$scratch/root"
# shellcheck source=tests/cli/guide/people.sh
. "$repository/tests/cli/guide/people.sh"
people
on 2026-11-02
register >/dev/null
on 2026-11-03
file EXC-2026-K7QD medium service:/model-proxy/api
merged alice topic-EXC-2026-K7QD

# A record with a reason that is none, and a day that is none.
on 2026-11-20
file EXC-2026-9T4B low service:/batch/api
sed -e 's/blocker: .*/blocker: We needed this to work./' -e 's/^expires: .*/expires: 2027-02-30/' \
  exceptions/EXC-2026-9T4B.yaml >../mended
cp ../mended exceptions/EXC-2026-9T4B.yaml
pushed 'Ask for an exception for the batch'
picture gate 92 'exc check --base origin/main'

# A pull request that calls itself a typo.
on 2026-12-01
git switch -q -C typo origin/main
exc amend -q K7QD --remove-scope service:/model-proxy/api --scope service:/model-proxy >/dev/null 2>&1
pushed 'Fix a typo'
picture review 92 'exc review --base origin/main'

# A renewal that was approved, and the typo, which was not.
on 2026-12-20
git switch -q -C longer origin/main
exc renew -q K7QD --until 2027-02-26 --reason 'The vendor moved the preview of private link to February.' \
  --evidence https://example.com/vendor/49020 >/dev/null 2>&1
pushed 'Renew the exception of the model proxy'
merged bob longer
on 2027-01-12
git switch -q -C wider origin/main
exc amend -q K7QD --remove-scope service:/model-proxy/api --scope service:/model-proxy >/dev/null 2>&1
pushed 'Fix a typo'
squashed lee wider
picture history 92 'exc history K7QD'

ls -l "$folder"/*.svg
[ $# = 2 ] || exit 0
# Keys are drawn anew, and so are the names of commits.
same() {
  sed -E 's/\b[0-9a-f]{7}\b/0000000/g' "$1"
}
for picture in "$repository"/docs/*.svg; do
  cmp <(same "$picture") <(same "$folder/${picture##*/}") ||
    fail "$picture is not what exc prints now: draw it anew with \`bash ci/pictures.sh BINARY\`"
done
