//! A whole commit as git stores it: who, when, and the message. A signature in its
//! header is passed over: who pushed a commit is not who approved what is in it.
//!
//! Invariant: what two readers would read in two ways (a header that stands twice, a NUL byte, a
//! date that is none) is refused with the name of the object, never guessed at.

use git2::ObjectType;
use serde::{Deserialize, Serialize};

use super::objects::{Header, parse_header};
use super::{Error, ObjectId, Repo};

/// A commit with all that it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Commit {
    pub(crate) id: ObjectId,
    pub(crate) tree: ObjectId,
    /// The parents that the commit itself names, in their order.
    pub(crate) parents: Vec<ObjectId>,
    pub(crate) author: Stamp,
    pub(crate) committer: Stamp,
    pub(crate) message: Vec<u8>,
}

/// Who did something, and when, as whoever wrote the commit claims.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub(crate) who: Address,
    /// Since 1970, UTC.
    pub(crate) seconds: i64,
    /// How far the clock's zone is ahead of UTC.
    pub(crate) offset_minutes: i32,
}

/// A name with an e-mail address, as it stands in a commit: not a person of the policy yet.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct Address {
    pub(crate) name: String,
    /// Empty where none is given.
    pub(crate) email: String,
}

impl Repo {
    /// A commit with all that it says.
    pub(crate) fn commit(&self, id: ObjectId) -> Result<Commit, Error> {
        let bytes = self.whole(id, ObjectType::Commit)?;
        parse(id, &bytes).map_err(|reason| Error::Malformed { path: self.path.clone(), id, reason })
    }
}

impl Commit {
    /// A commit of which only the header can be read: nobody made it.
    pub(crate) fn of_nobody(id: ObjectId, header: &Header) -> Self {
        let who = Address { name: String::new(), email: String::new() };
        let nobody = Stamp { who, seconds: header.claimed, offset_minutes: 0 };
        Self {
            id,
            tree: header.tree,
            parents: header.parents.clone(),
            author: nobody.clone(),
            committer: nobody,
            message: Vec::new(),
        }
    }

    /// Whom the message names as further authors, wherever it does: naming somebody can only keep
    /// that person from approving.
    pub(crate) fn co_authors(&self) -> Vec<Address> {
        const KEY: &str = "co-authored-by";
        let message = String::from_utf8_lossy(&self.message);
        let values = message.lines().filter_map(|line| {
            let line = line.trim();
            let key = line.get(..KEY.len())?;
            let value = line[KEY.len()..].trim_start().strip_prefix(':')?;
            key.eq_ignore_ascii_case(KEY).then(|| value.trim())
        });
        let mut named: Vec<Address> = Vec::new();
        for value in values.filter(|value| !value.is_empty()) {
            let address = Address::parse(value);
            let address =
                address.unwrap_or_else(|| Address { name: value.to_owned(), email: String::new() });
            if !named.contains(&address) {
                named.push(address);
            }
        }
        named
    }
}

impl Address {
    /// Reads `Name <address>`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (name, email) = text.strip_suffix('>')?.split_once('<')?;
        let is_plain = |part: &str| !part.contains(['<', '>']);
        let has_form = email.split_once('@').is_some_and(|(user, host)| {
            !user.is_empty() && !host.is_empty() && !email.contains(char::is_whitespace)
        });
        let name = name.trim();
        (has_form && !name.is_empty() && is_plain(name) && is_plain(email))
            .then(|| Self { name: name.to_owned(), email: email.to_owned() })
    }
}

fn parse(id: ObjectId, bytes: &[u8]) -> Result<Commit, &'static str> {
    if memchr::memchr(0, bytes).is_some() {
        return Err("it contains a NUL byte");
    }
    let Header { tree, parents, .. } = parse_header(bytes)?;
    let (mut author, mut committer) = (None, None);
    let mut is_signed = false;
    let mut rest = bytes;
    let mut previous: &[u8] = b"";
    let message = loop {
        let end = memchr::memchr(b'\n', rest).ok_or("its header has no end")?;
        let line = &rest[..end];
        rest = &rest[end + 1..];
        if line.is_empty() {
            break rest.to_vec();
        }
        let is_continued = line[0] == b' ';
        let space = line.iter().position(|&byte| byte == b' ').unwrap_or(line.len());
        let key = if is_continued { previous } else { &line[..space] };
        let value = line.get(space + 1..).unwrap_or_default();
        match key {
            b"gpgsig" if !is_continued && std::mem::replace(&mut is_signed, true) => {
                return Err("it has two signatures");
            }
            b"tree" | b"parent" | b"author" | b"committer" if is_continued => {
                return Err("a line of its header is continued that cannot be");
            }
            b"tree" | b"parent" if author.is_some() || committer.is_some() => {
                return Err("its header is out of order");
            }
            b"author" if author.replace(parse_stamp(value)?).is_some() => {
                return Err("it has two authors");
            }
            b"committer" if committer.replace(parse_stamp(value)?).is_some() => {
                return Err("it has two committers");
            }
            _ => {}
        }
        previous = key;
        // Git writes no empty line where there is no message at all.
        if rest.is_empty() {
            break Vec::new();
        }
    };
    let author = author.ok_or("it has no author")?;
    let committer = committer.ok_or("it has no committer")?;
    Ok(Commit { id, tree, parents, author, committer, message })
}

/// Reads `Name <address> 1795132800 +0100`.
fn parse_stamp(bytes: &[u8]) -> Result<Stamp, &'static str> {
    let text = String::from_utf8_lossy(bytes);
    let (name, rest) = text.split_once('<').ok_or("a person has no address")?;
    let (email, date) = rest.split_once('>').ok_or("a person has no address")?;
    // Readers differ in which of several they take.
    if name.contains('>') || email.contains('<') || date.contains(['<', '>']) {
        return Err("a person has two addresses");
    }
    let who = Address { name: name.trim().to_owned(), email: email.trim().to_owned() };
    let (seconds, offset_minutes) = parse_date(date).ok_or("a date has no form that git writes")?;
    Ok(Stamp { who, seconds, offset_minutes })
}

/// Reads ` 1795132800 +0100`.
fn parse_date(text: &str) -> Option<(i64, i32)> {
    let (seconds, zone) = text.strip_prefix(' ')?.split_once(' ')?;
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(seconds) || (seconds.len() > 1 && seconds.starts_with('0')) {
        return None;
    }
    let (sign, digits) = match zone.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    if digits.len() != 4 || !is_number(digits) {
        return None;
    }
    let (hours, minutes): (i32, i32) = (digits[..2].parse().ok()?, digits[2..].parse().ok()?);
    Some((seconds.parse().ok()?, sign * (hours * 60 + minutes)))
}

#[cfg(test)]
mod tests {
    use git2::{Oid, Repository};

    use super::*;

    const TREE: &str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
    const DANA: &str = "author Dana Ruiz <dana@example.com> 1795132800 +0130\n";
    const FORGE: &str = "committer GitHub <noreply@github.com> 1795132801 -0800\n";

    fn id() -> ObjectId {
        ObjectId(Oid::from_str(TREE).unwrap())
    }

    fn read(text: &str) -> Result<Commit, &'static str> {
        parse(id(), text.as_bytes())
    }

    fn with_message(message: &str) -> Commit {
        read(&format!("tree {TREE}\n{DANA}{FORGE}\n{message}")).unwrap()
    }

    #[test]
    fn a_commit_says_who_made_it_and_when() {
        let commit = with_message("title\n\nbody");
        let address = |name: &str, email: &str| Address { name: name.into(), email: email.into() };
        let who = address("Dana Ruiz", "dana@example.com");
        assert_eq!(commit.author, Stamp { who, seconds: 1_795_132_800, offset_minutes: 90 });
        let who = address("GitHub", "noreply@github.com");
        assert_eq!(commit.committer, Stamp { who, seconds: 1_795_132_801, offset_minutes: -480 });
        assert_eq!(commit.message, b"title\n\nbody");
        assert_eq!((commit.tree, commit.parents), (id(), vec![]));
    }

    #[test]
    fn a_commit_without_a_message_is_one() {
        assert_eq!(with_message("").message, b"");
        assert_eq!(read(&format!("tree {TREE}\n{DANA}{FORGE}")).unwrap().message, b"");
        let cut = format!("tree {TREE}\n{DANA}{}", FORGE.trim_end());
        assert_eq!(read(&cut), Err("its header has no end"));
    }

    #[test]
    fn a_signature_in_the_header_is_passed_over() {
        let signature = "gpgsig -----BEGIN\n \n author Eve <eve@example.com> 1 +0000\n -----END\n";
        let other = "gpgsig-sha256 -----BEGIN\n xyz\n";
        let text = format!("tree {TREE}\n{DANA}{FORGE}encoding UTF-8\n{other}{signature}\ntitle");
        let commit = read(&text).unwrap();
        assert_eq!(
            (commit.author.who.name.as_str(), &*commit.message),
            ("Dana Ruiz", &b"title"[..])
        );
    }

    #[test]
    fn what_can_be_read_in_two_ways_is_refused() {
        let eve = "author Eve <eve@example.com> 1 +0000\n";
        let twice = "gpgsig a\n b\ngpgsig c\n";
        for (text, reason) in [
            (format!("tree {TREE}\n{DANA}{eve}{FORGE}\nx"), "it has two authors"),
            (format!("tree {TREE}\n{DANA}{FORGE}{FORGE}\nx"), "it has two committers"),
            (format!("tree {TREE}\ntree {TREE}\n{DANA}{FORGE}\nx"), "it names two trees"),
            (format!("tree {TREE}\n{DANA}{FORGE}tree {TREE}\n\nx"), "its header is out of order"),
            (format!("tree {TREE}\n{DANA}parent {TREE}\n{FORGE}\nx"), "its header is out of order"),
            (format!("tree {TREE}\n{DANA}{FORGE}\nx\0y"), "it contains a NUL byte"),
            (format!("tree {TREE}\n{DANA}{FORGE}{twice}\nx"), "it has two signatures"),
            (
                format!("tree {TREE}\n{DANA} b\n{FORGE}\nx"),
                "a line of its header is continued that cannot be",
            ),
            (format!("tree {TREE}\n{FORGE}\nx"), "it has no author"),
            (format!("tree {TREE}\n{DANA}\nx"), "it has no committer"),
        ] {
            assert_eq!(read(&text), Err(reason), "{text}");
        }
    }

    #[test]
    fn a_malformed_person_or_date_is_refused() {
        for person in [
            "A a@x 0 +0000",
            "A <a@x> <b@x> 0 +0000",
            "A > <a@x> 0 +0000",
            "A <a@x>",
            "A <a@x> 0",
            "A <a@x>0 +0000",
            "A <a@x>  0 +0000",
            "A <a@x> -1 +0000",
            "A <a@x> 01 +0000",
            "A <a@x> 1e3 +0000",
            "A <a@x> 99999999999999999999 +0000",
            "A <a@x> 0 0000",
            "A <a@x> 0 +000",
            "A <a@x> 0 +00000",
            "A <a@x> 0 +0000 0",
        ] {
            let text = format!("tree {TREE}\nauthor {person}\n{FORGE}\nx");
            assert!(read(&text).is_err(), "{person}");
        }
    }

    #[test]
    fn a_refused_commit_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let inner = Repository::init(directory.path()).unwrap();
        let text = format!("tree {TREE}\n{DANA}{DANA}{FORGE}\nx");
        let id = inner.odb().unwrap().write(ObjectType::Commit, text.as_bytes()).unwrap();
        let error = Repo::from(inner).commit(ObjectId(id)).unwrap_err().to_string();
        assert!(error.contains(&format!("{id} is damaged: it has two authors")), "{error}");
    }

    #[test]
    fn co_authors_are_found_anywhere_in_the_message_once_each() {
        let commit = with_message(
            "title\n\nco-authored-BY: Lee <lee@example.com>\n---------\r\n  Co-authored-by : Bo\n\n\
             Co-authored-by: Lee <lee@example.com>\nCo-authored-by:\nCo-authored-by Ed: no\nNot-co-authored-by: X <x@x>\n",
        );
        let named: Vec<(String, String)> =
            commit.co_authors().into_iter().map(|it| (it.name, it.email)).collect();
        let expected = [("Lee", "lee@example.com"), ("Bo", "")];
        assert_eq!(named, expected.map(|(name, email)| (name.to_owned(), email.to_owned())));
    }
}
