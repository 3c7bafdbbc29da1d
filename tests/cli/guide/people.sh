# shellcheck shell=sh disable=SC2164 # Whoever reads this ends with the first command that fails.
#
# What the pages of the guide take for granted: people with clones of one bare repository, the day
# that it is, and what others do meanwhile. The test puts this before the commands of a page.

root=$PWD
drawn=
export GIT_CONFIG_NOSYSTEM=1

# The program on the day of the story. The id that it would draw is given where the story has one.
exc() {
  if [ "$1" = new ] && [ -n "$drawn" ]; then
    set -- "$@" --id "$drawn"
    drawn=
  fi
  command exc --today "$TODAY" "$@"
}

# on DAY
on() {
  TODAY=$1 GIT_AUTHOR_DATE="$1T12:00:00Z" GIT_COMMITTER_DATE="$1T12:00:00Z"
  export TODAY GIT_AUTHOR_DATE GIT_COMMITTER_DATE
}

# person NAME FULL-NAME EMAIL: with a home, in which there is a key.
person() {
  HOME=$root/home/$1
  export HOME
  mkdir -p "$HOME/.ssh"
  ssh-keygen -q -t ed25519 -N '' -C "$3" -f "$HOME/.ssh/id_ed25519"
  git config --global user.name "$2"
  git config --global user.email "$3"
  git config --global commit.gpgsign false
  git config --global init.defaultBranch main
  git config --global advice.detachedHead false
}

people() {
  person alice 'Alice Kim' alice@example.com
  person bob 'Bob Roe' bob@example.com
  person dana 'Dana Ruiz' dana.ruiz@example.com
  person lee 'Lee Park' lee.park@example.com
  git init -q --bare "$root/forge.git"
}

# as PERSON: in a clone of their own, which is up to date.
as() {
  HOME=$root/home/$1
  export HOME
  if [ -d "$root/clones/$1/shop" ]; then
    cd "$root/clones/$1/shop"
    git fetch -q --prune
  else
    mkdir -p "$root/clones/$1"
    cd "$root/clones/$1"
    git clone -q "$root/forge.git" shop 2>/dev/null
    cd shop
  fi
}

key_of() {
  cat "$root/home/$1/.ssh/id_ed25519.pub"
}

# put FILE LINE: puts standard input in the place of a line, with the keys that people have.
put() {
  grep -qxF -e "$2" "$1"
  while IFS= read -r line; do
    case $line in
      *'{id: alice,'*'AAAA…'*) key=$(key_of alice) ;;
      *'{id: bob,'*'AAAA…'*) key=$(key_of bob) ;;
      *) key= ;;
    esac
    if [ -n "$key" ]; then
      printf '%s%s%s\n' "${line%%ssh-ed25519 AAAA…*}" "$key" "${line##*ssh-ed25519 AAAA…}"
    else
      printf '%s\n' "$line"
    fi
  done >"$root/put"
  awk -v line="$2" -v file="$root/put" \
    '$0 == line { while ((getline new < file) > 0) print new; next } { print }' "$1" >"$root/new"
  cat "$root/new" >"$1"
}

# A register of Dana's, in which Alice and Bob may approve.
register() {
  as dana
  command exc -q init --ci github
  put exceptions/policy.yaml 'controls: []' <<'END'
controls:
  - {id: NET-004, title: No public network access, owner: cloud-security, max_days: 120}
  - {id: LOG-002, title: Logs reach the central store, owner: observability}
people:
  - {id: alice, name: Alice Kim, emails: [alice@example.com], roles: [approver, risk-owner], keys: [{key: "ssh-ed25519 AAAA…"}]}
  - {id: bob, name: Bob Roe, emails: [bob@example.com], roles: [approver, risk-owner], keys: [{key: "ssh-ed25519 AAAA…"}]}
  - {id: dana, name: Dana Ruiz, emails: [dana.ruiz@example.com]}
  - {id: lee, name: Lee Park, emails: [lee.park@example.com]}
END
  pushed 'Start a register of exceptions'
}

# pushed MESSAGE: commits everything and pushes the branch.
pushed() {
  git add --all
  git commit -q -m "$1"
  git push -q -u origin HEAD 2>/dev/null
}

# file ID RISK TARGET: what Lee asks for on a branch `topic`.
file() {
  as lee
  git switch -q -c "topic-$1" --no-track origin/main
  drawn=$1
  exc new -q --control NET-004 --scope "$3" --risk "$2" \
    --title 'Model proxy keeps a public endpoint until private link ships' \
    --risk-statement 'A leaked key could be used from anywhere.' \
    --owner-name 'Dana Ruiz' --owner-email dana.ruiz@example.com --team ai-platform \
    --blocker 'The vendor offers no private link before 2027-02 (ticket 48213).' \
    --end-state 'Traffic enters through the private endpoint; the public one is off.' \
    --compensating 'Address list limited to the two egress addresses of the CI network' \
    --compensating-owner net.ops@example.com \
    --compensating-evidence https://example.com/runs/8841 \
    --verified "$TODAY" --verify-every 60d \
    --plan 'Migrate to private link in the 2027-02 release.' --for 60d >/dev/null 2>&1
  pushed 'Ask for an exception'
}

# merged PERSON BRANCH: lands a branch by a merge commit of somebody's.
merged() {
  (
    as "$1"
    git switch -q -C main origin/main
    git merge -q --no-ff -m "Merge $2" "origin/$2"
    git push -q origin main
  )
  git fetch -q
}

# squashed PERSON BRANCH: lands a branch of somebody's as one commit of theirs, which GitHub makes.
squashed() {
  (
    as "$1"
    git switch -q -C main origin/main
    git merge -q --squash "origin/$2" >/dev/null
    GIT_COMMITTER_NAME=GitHub GIT_COMMITTER_EMAIL=noreply@github.com git commit -q -m "$2 (#2)"
    git push -q origin main
  )
  git fetch -q
}
