#!/usr/bin/env bash
# Puts exc on the path of a job of GitHub: built from the sources beside this file, or an archive
# whose hash is known.
set -euo pipefail

root=${HOME}/.local/exc
mkdir -p "${root}/bin"
if [ -n "${ARCHIVE}" ]; then
  [ -n "${SHA256}" ] || {
    echo "::error::the input \`archive\` takes the input \`sha256\` besides"
    exit 1
  }
  folder=$(mktemp -d)
  curl --fail --silent --show-error --location --proto '=https' --output "${folder}/archive" "${ARCHIVE}"
  actual=$(openssl dgst -sha256 -r "${folder}/archive")
  [ "${actual%% *}" = "${SHA256}" ] || {
    echo "::error::the archive has the SHA-256 ${actual%% *}, and not that of the input \`sha256\`"
    exit 1
  }
  case "${ARCHIVE}" in
    *.zip) unzip -q "${folder}/archive" -d "${folder}" ;;
    *) tar -xzf "${folder}/archive" -C "${folder}" ;;
  esac
  cp "${folder}"/exc-*/exc* "${root}/bin/"
elif [ "${IS_BUILT}" != true ]; then
  # Not in the checkout of the job, whose files could say how to build.
  (cd "${ACTION}" && cargo install --locked --path . --root "${root}")
fi
echo "${root}/bin" >> "${GITHUB_PATH}"
"${root}/bin/exc" --version
