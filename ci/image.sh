#!/usr/bin/env bash
# Makes the image of the Dockerfile around a static program, and runs it: bash ci/image.sh
# Run from the repository root, as root. Builds the program below target/, for the C library of this
# machine: the stage of the Dockerfile that builds it comes from a registry of images.
set -euo pipefail

fail() {
  printf 'image: %s\n' "$*" >&2
  exit 1
}

[ $# -eq 0 ] || fail 'usage: bash ci/image.sh'
[ -f ci/image.sh ] || fail 'run me from the repository root'
for tool in cargo git buildah readelf; do
  command -v "$tool" >/dev/null 2>&1 || fail "$tool is not installed"
done

out=$PWD/target/ci/image
rm -rf "$out"
mkdir -p "$out/build/src/target/release" "$out/said"
store=(--storage-driver vfs --root "$out/images" --runroot "$out/containers")

echo '-- a static program'
host=$(rustc -vV | sed -n 's/^host: //p')
RUSTFLAGS='-C target-feature=+crt-static' CARGO_PROFILE_DEV_DEBUG=0 \
  cargo build --quiet --locked --bin exc --target "$host" --target-dir "$PWD/target/static"
cp "target/static/$host/debug/exc" "$out/build/src/target/release/exc"
! readelf --program-headers "$out/build/src/target/release/exc" | grep -q INTERP || fail 'it is not static'

echo '-- the image'
sed -n '/^FROM scratch/,$p' Dockerfile >"$out/Dockerfile"
grep -q '^COPY --from=build' "$out/Dockerfile" || fail 'the Dockerfile has no last stage from scratch'
buildah "${store[@]}" build --quiet --isolation chroot --build-context "build=$out/build" --tag exc \
  --file "$out/Dockerfile" "$out/build" >/dev/null
container=$(buildah "${store[@]}" from exc)
tree=$(buildah "${store[@]}" mount "$container")
files=$(cd "$tree" && find . -type f)
[ "$files" = ./exc ] || fail "the image holds more than the program: $files"
buildah "${store[@]}" umount "$container" >/dev/null

# What the program in the image says and ends with, beside what it does outside of it. Nobody in
# the image has the user's name, a home, a folder for temporary files or a database of time zones.
repo=$out/repo
git clone --quiet --no-local . "$repo"
git clone --quiet --no-local . "$out/own"
user=65532:65532
chown -R "$user" "$repo"
same() {
  local wanted=$1 inside=0 outside=0
  shift
  buildah "${store[@]}" run --isolation chroot --volume "$repo:/repo" "$container" -- /exc "$@" \
    >"$out/said/inside" 2>"$out/said/error" || inside=$?
  (cd "$out/own" && "$out/build/src/target/release/exc" "$@") >"$out/said/outside" 2>/dev/null || outside=$?
  if [ "$inside" != "$wanted" ] || [ "$outside" != "$wanted" ]; then
    cat "$out/said/error" >&2
    fail "exc $* ends with $inside in the image and $outside outside, not $wanted"
  fi
  cmp "$out/said/inside" "$out/said/outside" || fail "exc $* says something else in the image"
}
echo '-- what it says'
same 0 check --today 2026-11-20
same 1 check --today 2027-06-20 --format json
same 0 list --today 2026-11-20 --format json
same 0 report expiry --today 2026-11-20 --format html
same 2 check --register nowhere

echo '-- what it writes'
buildah "${store[@]}" run --isolation chroot --volume "$repo:/repo" "$container" -- \
  /exc check --today 2026-11-20 --format sarif -o exc.sarif
[ "$(stat -c %u:%g "$repo/exc.sarif")" = "$user" ] || fail 'what the image writes belongs to somebody else'
du -h "$out/build/src/target/release/exc"
