//! Commits and trees as git stores them, parsed here, so that neither grafts nor replace refs nor a
//! list of shallow commits can change what they say.
//!
//! Formats: <https://git-scm.com/docs/gitformat-pack>, and `git cat-file -p` of the objects. An
//! object that is not in that form is refused, never guessed at.

use std::sync::Arc;

use git2::{ErrorCode, ObjectType, Oid};

use super::loose::Loose;
use super::recent::Recent;
use super::{Error, MAX_TREES, ObjectId, Repo};

/// Bytes that a commit or a tree may have.
const MAX_SIZE: usize = 64 * 1024 * 1024;

/// What a walk needs of a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) tree: ObjectId,
    /// The parents that the commit itself names, in their order.
    pub(crate) parents: Vec<ObjectId>,
    /// When the committer claims to have made it, 0 where that cannot be read: good for the order
    /// of a search, and for nothing else.
    pub(super) claimed: i64,
}

/// An entry of a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TreeEntry {
    /// One part of a path; bytes, since git knows no encoding of names.
    pub(crate) name: Vec<u8>,
    pub(crate) mode: Mode,
    pub(crate) id: ObjectId,
}

/// What an entry of a tree is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Folder,
    File,
    Executable,
    Symlink,
    /// A commit of another repository.
    Submodule,
    /// Anything that git would not write today.
    Unknown,
}

impl Mode {
    /// Whether it is the text of a file.
    pub(crate) fn is_file(self) -> bool {
        matches!(self, Self::File | Self::Executable)
    }
}

impl Header {
    /// What the committer claims, in seconds since 1970; 0 where it cannot be read.
    pub(crate) fn claimed(&self) -> i64 {
        self.claimed
    }
}

impl Repo {
    /// The header of a commit, whose other lines are not looked at.
    pub(crate) fn header(&self, id: ObjectId) -> Result<Header, Error> {
        let bytes = self.whole(id, ObjectType::Commit)?;
        parse_header(&bytes).map_err(|reason| self.malformed(id, reason))
    }

    /// The entries of a tree, in git's order.
    pub(crate) fn tree(&self, id: ObjectId) -> Result<Vec<TreeEntry>, Error> {
        let bytes = self.tree_bytes(id)?;
        parse_tree(&bytes).map_err(|reason| self.malformed(id, reason))
    }

    /// What stands at a path of a commit, with `/` between its parts; `None` where nothing does.
    pub(crate) fn entry_at(
        &self,
        commit: ObjectId,
        path: &str,
    ) -> Result<Option<TreeEntry>, Error> {
        let root = self.header(commit)?.tree;
        let mut found = TreeEntry { name: Vec::new(), mode: Mode::Folder, id: root };
        for part in path.split('/').filter(|part| !part.is_empty()) {
            if found.mode != Mode::Folder {
                return Ok(None);
            }
            let entries = self.tree(found.id)?;
            let mut named = entries.into_iter().filter(|entry| entry.name == part.as_bytes());
            let Some(entry) = named.next() else { return Ok(None) };
            if named.next().is_some() {
                return Err(self.malformed(found.id, &format!("it names `{part}` twice")));
            }
            found = entry;
        }
        Ok(Some(found))
    }

    /// The bytes of a file; `None` where there are more than `max_size`.
    pub(crate) fn blob(&self, id: ObjectId, max_size: u64) -> Result<Option<Vec<u8>>, Error> {
        let max_size = usize::try_from(max_size).unwrap_or(usize::MAX);
        self.object(id, ObjectType::Blob, max_size)
    }

    /// The bytes of an object; `None` where there are more than `max_size`.
    fn object(
        &self,
        id: ObjectId,
        kind: ObjectType,
        max_size: usize,
    ) -> Result<Option<Vec<u8>>, Error> {
        let fail = |error: git2::Error| match error.code() {
            ErrorCode::NotFound => Error::Missing { path: self.path.clone(), id },
            _ => self.error(&error),
        };
        let damaged = |error: std::io::Error| self.malformed(id, &error.to_string());
        match self.loose.read(id.0, max_size).map_err(damaged)? {
            Some(Loose::Whole(found, bytes)) if found == kind => return Ok(Some(bytes)),
            Some(Loose::TooLarge(found)) if found == kind => return Ok(None),
            Some(_) => return Err(self.malformed(id, "it is of another kind than expected")),
            None => {}
        }
        if let Some((found, bytes)) = self.packs.borrow_mut().read(id.0, max_size)
            && found == kind
        {
            return Ok(Some(bytes));
        }
        let odb = self.inner.odb().map_err(fail)?;
        let (size, found) = odb.read_header(id.0).map_err(fail)?;
        if found != kind {
            return Err(self.malformed(id, "it is of another kind than expected"));
        }
        if size > max_size {
            return Ok(None);
        }
        Ok(Some(odb.read(id.0).map_err(fail)?.data().to_vec()))
    }

    /// The bytes of a tree, of which those that were read last are kept.
    pub(super) fn tree_bytes(&self, id: ObjectId) -> Result<Arc<Vec<u8>>, Error> {
        if let Some(bytes) = self.trees.borrow_mut().get(id) {
            return Ok(bytes);
        }
        let bytes = Arc::new(self.whole(id, ObjectType::Tree)?);
        self.trees.borrow_mut().put(id, Arc::clone(&bytes), bytes.len());
        Ok(bytes)
    }

    /// Lets go of the trees that were read: for whoever has compared all there was to compare.
    pub(crate) fn forget_trees(&self) {
        *self.trees.borrow_mut() = Recent::new(MAX_TREES);
    }

    /// The bytes of a commit or of a tree.
    pub(super) fn whole(&self, id: ObjectId, kind: ObjectType) -> Result<Vec<u8>, Error> {
        let bytes = self.object(id, kind, MAX_SIZE)?;
        bytes.ok_or_else(|| self.malformed(id, "it is larger than any that git makes"))
    }

    pub(super) fn malformed(&self, id: ObjectId, reason: &str) -> Error {
        let reason = format!("the object {id} is damaged: {reason}");
        Error::Unreadable { path: self.path.clone(), reason }
    }
}

pub(super) fn parse_header(bytes: &[u8]) -> Result<Header, &'static str> {
    let mut lines = bytes.split(|&byte| byte == b'\n').peekable();
    let tree = lines.next().and_then(|line| line.strip_prefix(b"tree "));
    let tree = parse_id(tree.ok_or("it names no tree")?)?;
    let mut parents = Vec::new();
    while let Some(id) = lines.peek().and_then(|line| line.strip_prefix(b"parent ")) {
        parents.push(parse_id(id)?);
        lines.next();
    }
    if lines.peek().is_some_and(|line| line.starts_with(b"tree ")) {
        return Err("it names two trees");
    }
    let mut header = lines.take_while(|line| !line.is_empty());
    let committer = header.find_map(|line| line.strip_prefix(b"committer "));
    let claimed = committer.and_then(seconds_of).unwrap_or(0);
    Ok(Header { tree, parents, claimed })
}

fn seconds_of(stamp: &[u8]) -> Option<i64> {
    let end = memchr::memrchr(b'>', stamp)?;
    std::str::from_utf8(&stamp[end + 1..]).ok()?.split_whitespace().next()?.parse().ok()
}

pub(super) fn parse_id(hex: &[u8]) -> Result<ObjectId, &'static str> {
    let text = std::str::from_utf8(hex).ok().filter(|text| text.len() == 40);
    let id = text.and_then(|text| Oid::from_str(text).ok());
    id.map(ObjectId).ok_or("it names an object that can be none")
}

fn parse_tree(bytes: &[u8]) -> Result<Vec<TreeEntry>, &'static str> {
    let owned = |entry: RawEntry<'_>| TreeEntry {
        name: entry.name.to_vec(),
        mode: entry.mode(),
        id: entry.id(),
    };
    RawEntries(bytes).map(|entry| entry.map(owned)).collect()
}

/// An entry of a tree that is not copied, and of which only the name has been looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RawEntry<'a> {
    pub(super) name: &'a [u8],
    octal: &'a [u8],
    id: [u8; ID],
}

/// Bytes of the name of an object.
const ID: usize = 20;

impl RawEntry<'_> {
    pub(super) fn mode(&self) -> Mode {
        parse_mode(self.octal)
    }

    pub(super) fn id(&self) -> ObjectId {
        ObjectId(Oid::from_bytes(&self.id).expect("only another length is refused"))
    }
}

/// The entries of a tree's bytes, which are those that have not been read yet. After an error there
/// is none.
#[derive(Clone, Copy)]
pub(super) struct RawEntries<'a>(pub(super) &'a [u8]);

impl<'a> RawEntries<'a> {
    fn cut(&mut self) -> Result<RawEntry<'a>, &'static str> {
        let bytes = self.0;
        let end = memchr::memchr(0, bytes).ok_or("an entry has no end")?;
        let (header, rest) = (&bytes[..end], &bytes[end + 1..]);
        let space = header.iter().position(|&byte| byte == b' ').ok_or("an entry has no mode")?;
        let (octal, name) = (&header[..space], &header[space + 1..]);
        if name.is_empty() || memchr::memchr(b'/', name).is_some() {
            return Err("an entry has a name that can be none");
        }
        let (id, rest) = rest.split_first_chunk().ok_or("an entry is cut off")?;
        self.0 = rest;
        Ok(RawEntry { name, octal, id: *id })
    }

    /// Passes over the entries that end within the first `n` bytes, whatever they are; gives the
    /// number of bytes in front of the next one.
    pub(super) fn pass(&mut self, n: usize) -> usize {
        let bytes = self.0;
        let mut start = 0;
        while let Some(length) = memchr::memchr(0, &bytes[start..]) {
            let end = start + length + 1 + ID;
            if end > n {
                break;
            }
            start = end;
        }
        self.0 = &bytes[start..];
        start
    }
}

impl<'a> Iterator for RawEntries<'a> {
    type Item = Result<RawEntry<'a>, &'static str>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let entry = self.cut();
        if entry.is_err() {
            self.0 = &[];
        }
        Some(entry)
    }
}

fn parse_mode(octal: &[u8]) -> Mode {
    match octal {
        b"40000" | b"040000" => Mode::Folder,
        // Old git wrote the permissions of the group too.
        b"100644" | b"100664" => Mode::File,
        b"100755" => Mode::Executable,
        b"120000" => Mode::Symlink,
        b"160000" => Mode::Submodule,
        _ => Mode::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

    fn id() -> ObjectId {
        ObjectId(Oid::from_str(ID).unwrap())
    }

    #[test]
    fn a_commit_names_its_tree_and_its_parents_in_order() {
        let text = format!("tree {ID}\nparent {ID}\nparent {ID}\nauthor A <a@x> 0 +0000\n\nparent");
        let header = parse_header(text.as_bytes()).unwrap();
        assert_eq!(header, Header { tree: id(), parents: vec![id(), id()], claimed: 0 });
    }

    #[test]
    fn the_claimed_moment_is_the_committers_wherever_the_header_has_it() {
        let text = format!(
            "tree {ID}\nauthor A <a@x> 9 +0000\nauthor B <b@x> 8 +0000\ncommitter C <c@x> 7 +0000\n\ncommitter D <d@x> 6 +0000\n"
        );
        assert_eq!(parse_header(text.as_bytes()).unwrap().claimed, 7);
        let in_the_message = format!("tree {ID}\n\ncommitter D <d@x> 6 +0000\n");
        assert_eq!(parse_header(in_the_message.as_bytes()).unwrap().claimed, 0);
    }

    #[test]
    fn a_claimed_moment_that_cannot_be_read_is_none() {
        let claimed = |committer: &str| {
            let text = format!("tree {ID}\nauthor A <a@x> 9 +0000\ncommitter {committer}\n\nx");
            parse_header(text.as_bytes()).unwrap().claimed
        };
        assert_eq!(claimed("C <c@x> 1700000000 +0100"), 1_700_000_000);
        for committer in ["", "C", "C <c@x>", "C <c@x> soon", "C <c@x> 99999999999999999999 +0000"]
        {
            assert_eq!(claimed(committer), 0, "{committer}");
        }
    }

    #[test]
    fn a_parent_in_the_message_or_after_the_author_is_none() {
        for between in ["\n", "", "committer A <a@x> 0 +0000\n"] {
            let text = format!("tree {ID}\nauthor A <a@x> 0 +0000\n{between}parent {ID}\n");
            assert_eq!(parse_header(text.as_bytes()).unwrap().parents, [], "{text}");
        }
    }

    #[test]
    fn a_commit_of_another_form_is_refused() {
        for text in [
            "author A <a@x> 0 +0000\n".to_owned(),
            format!("tree {ID}\ntree {ID}\n"),
            "tree 123\n".to_owned(),
            format!("tree {ID}\nparent {}\n", &ID[1..]),
        ] {
            assert!(parse_header(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn a_tree_is_cut_into_its_entries() {
        let raw = id();
        let mut bytes = Vec::new();
        for (mode, name) in
            [("100644", "a b"), ("40000", "f"), ("120000", "l"), ("160000", "s"), ("1", "?")]
        {
            bytes.extend(format!("{mode} {name}\0").bytes());
            bytes.extend(raw.0.as_bytes());
        }
        let entries = parse_tree(&bytes).unwrap();
        let modes: Vec<Mode> = entries.iter().map(|entry| entry.mode).collect();
        assert_eq!(
            modes,
            [Mode::File, Mode::Folder, Mode::Symlink, Mode::Submodule, Mode::Unknown]
        );
        assert_eq!(entries[0].name, b"a b");
        assert!(entries.iter().all(|entry| entry.id == raw));
        for end in [1, 7, 9, 12, bytes.len() - 1] {
            assert!(parse_tree(&bytes[..end]).is_err(), "{end}");
        }
        assert!(parse_tree(&[b"100644 a/b\0", raw.0.as_bytes()].concat()).is_err());
    }
}
