#!/usr/bin/env bash
# Keeps a review in one comment below a pull request of GitHub. Its text is read from a file.
set -euo pipefail

cd "$(dirname "${REVIEW}")"
{ echo '<!-- exc-review -->'; cat "${REVIEW}"; } > comment.md
comments=repos/${GITHUB_REPOSITORY}/issues/${PULL_REQUEST}/comments
known=$(gh api --paginate "${comments}?per_page=100" --jq '.[]
  | select(.user.login == "github-actions[bot]" and (.body | startswith("<!-- exc-review -->"))) | .id')
known=${known%%$'\n'*}
if [ -n "${known}" ]; then
  gh api --silent --method PATCH "repos/${GITHUB_REPOSITORY}/issues/comments/${known}" --field body=@comment.md
elif [ "${DIFFERS}" = true ]; then
  gh api --silent --method POST "${comments}" --field body=@comment.md
fi
