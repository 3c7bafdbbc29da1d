//! Packs as libgit2 writes them, and packs that no git writes.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use git2::Repository;

use super::*;
use crate::git::testing::History;
use crate::git::{Error, Repo};

/// An entry of a pack that a test writes.
struct Entry {
    id: Oid,
    /// 1 to 4 for whole objects, 6 and 7 for what differs from another.
    code: u8,
    /// What stands between the size and the content.
    base: Vec<u8>,
    content: Vec<u8>,
}

fn id_of(bytes: &[u8]) -> Oid {
    Oid::hash_object(ObjectType::Blob, bytes).unwrap()
}

fn whole(bytes: &[u8]) -> Entry {
    Entry { id: id_of(bytes), code: 3, base: Vec::new(), content: bytes.to_vec() }
}

fn from_object(id: Oid, base: Oid, difference: Vec<u8>) -> Entry {
    Entry { id, code: 7, base: base.as_bytes().to_vec(), content: difference }
}

/// A number of which each byte holds seven bits.
fn size(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number > 0x7f {
        bytes.push(0x80 | (number & 0x7f) as u8);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
}

/// What makes of `base` its first `n` bytes, twice, and an end.
fn twice(base: usize, n: u16, end: &[u8]) -> Vec<u8> {
    let [low, high] = n.to_le_bytes();
    let copy = [0xb0, low, high];
    let parts = [size(base), size(2 * usize::from(n) + end.len()), copy.into(), copy.into()];
    let mut difference = parts.concat();
    difference.extend(u8::try_from(end.len()).ok().filter(|length| *length > 0));
    difference.extend(end);
    difference
}

/// The bytes of a pack with these entries, and where each starts.
fn pack(entries: &[Entry]) -> (Vec<u8>, Vec<u64>) {
    let mut bytes = b"PACK\0\0\0\x02".to_vec();
    bytes.extend((entries.len() as u32).to_be_bytes());
    let mut places = Vec::new();
    for Entry { code, base, content, .. } in entries {
        places.push(bytes.len() as u64);
        let more = content.len() >> 4;
        let first = code << 4 | (content.len() & 0xf) as u8;
        match more {
            0 => bytes.push(first),
            more => bytes.extend([vec![0x80 | first], size(more)].concat()),
        }
        bytes.extend(base);
        let mut packed = ZlibEncoder::new(Vec::new(), Compression::default());
        packed.write_all(content).unwrap();
        bytes.extend(packed.finish().unwrap());
    }
    bytes.extend([0; 20]);
    (bytes, places)
}

/// The index of a pack; places from `far` on stand in the list of far ones.
fn index(entries: &[Entry], places: &[u64], far: u64) -> Vec<u8> {
    let mut sorted: Vec<(Oid, u64)> =
        entries.iter().zip(places).map(|(entry, place)| (entry.id, *place)).collect();
    sorted.sort();
    let mut bytes = b"\xfftOc\0\0\0\x02".to_vec();
    for first in 0..=u8::MAX {
        let n = sorted.iter().filter(|(id, _)| id.as_bytes()[0] <= first).count();
        bytes.extend((n as u32).to_be_bytes());
    }
    sorted.iter().for_each(|(id, _)| bytes.extend(id.as_bytes()));
    bytes.extend(vec![0; 4 * sorted.len()]);
    let mut all_far = Vec::new();
    for (_, place) in &sorted {
        if *place < far {
            bytes.extend((*place as u32).to_be_bytes());
        } else {
            bytes.extend((1 << 31 | all_far.len() as u32).to_be_bytes());
            all_far.push(*place);
        }
    }
    all_far.iter().for_each(|place| bytes.extend(place.to_be_bytes()));
    bytes.extend([0; 40]);
    bytes
}

/// A folder of objects with one pack.
fn objects(pack: &[u8], index: &[u8]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir(directory.path().join("pack")).unwrap();
    fs::write(directory.path().join("pack/p.pack"), pack).unwrap();
    fs::write(directory.path().join("pack/p.idx"), index).unwrap();
    directory
}

fn written(entries: &[Entry]) -> tempfile::TempDir {
    let (bytes, places) = pack(entries);
    objects(&bytes, &index(entries, &places, u64::MAX))
}

fn read(directory: &tempfile::TempDir, id: Oid) -> Option<Vec<u8>> {
    Packs::open(directory.path()).read(id, 1 << 20).map(|(_, bytes)| bytes)
}

/// Moves the objects of a repository into a pack, as libgit2 writes one.
fn packed(repo: &Repository) -> Vec<Oid> {
    let odb = repo.odb().unwrap();
    let mut ids = Vec::new();
    odb.foreach(|id| {
        ids.push(*id);
        true
    })
    .unwrap();
    let mut builder = repo.packbuilder().unwrap();
    ids.iter().for_each(|id| builder.insert_object(*id, None).unwrap());
    let mut bytes = git2::Buf::new();
    builder.write_buf(&mut bytes).unwrap();
    let mut writer = odb.packwriter().unwrap();
    writer.write_all(&bytes).unwrap();
    writer.commit().unwrap();
    for id in &ids {
        let name = id.to_string();
        let folder = repo.path().join("objects").join(&name[..2]);
        fs::remove_file(folder.join(&name[2..])).unwrap();
    }
    ids
}

/// Texts that differ a little from each other.
fn story() -> History {
    let history = History::new();
    let mut parents = Vec::new();
    for commit in 0..20 {
        let texts: Vec<(String, String)> = (0..30)
            .map(|file| {
                let lines = (0..60).map(|line| format!("line {line} of {file}\n"));
                (format!("r/{file}.yaml"), lines.collect::<String>() + &format!("{commit}\n"))
            })
            .collect();
        let files: Vec<(&str, &str)> =
            texts.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        parents = vec![history.commit(&parents, &files)];
    }
    history.point("refs/heads/main", parents[0]);
    history
}

#[test]
fn every_object_of_a_pack_is_what_libgit2_reads() {
    let history = story();
    let repo = Repository::open(history.path()).unwrap();
    let ids = packed(&repo);
    assert!(ids.len() > 600, "{}", ids.len());
    let mut packs = Packs::open(&repo.path().join("objects"));
    let odb = repo.odb().unwrap();
    for id in ids.iter().chain(&ids) {
        let object = odb.read(*id).unwrap();
        let expected = (object.kind(), object.data().to_vec());
        assert_eq!(packs.read(*id, 1 << 20), Some(expected.clone()), "{id}");
        let length = expected.1.len();
        assert_eq!(packs.read(*id, length), Some(expected), "{id}");
        if length > 0 {
            assert_eq!(packs.read(*id, length - 1), None, "{id}");
        }
    }
    assert_eq!(packs.read(id_of(b"other"), 1 << 20), None);
}

#[test]
fn what_differs_from_a_place_or_from_a_name_is_made_of_both() {
    let first = b"one two three four ".repeat(9);
    let second = [&first[..10], &first[..10], b"x"].concat();
    let third = [&second[..21], &second[..21]].concat();
    let mut entries = vec![whole(&first), from_object(id_of(&second), id_of(&first), Vec::new())];
    entries[1].content = twice(first.len(), 10, b"x");
    let (_, places) = pack(&entries);
    let distance = places[1] - places[0];
    entries[1].code = 6;
    assert!((0x80..0x4000).contains(&distance) || distance < 0x80);
    entries[1].base = match distance {
        0..0x80 => vec![distance as u8],
        _ => vec![0x80 | ((distance - 0x80) >> 7) as u8, (distance & 0x7f) as u8],
    };
    entries.push(from_object(id_of(&third), id_of(&second), twice(second.len(), 21, b"")));
    let directory = written(&entries);
    for text in [&third, &second, &first, &third] {
        assert_eq!(read(&directory, id_of(text)).as_ref(), Some(text));
    }
    // The same where the index writes places beyond four bytes.
    let (bytes, places) = pack(&entries);
    let directory = objects(&bytes, &index(&entries, &places, places[1]));
    for text in [&third, &second, &first] {
        assert_eq!(read(&directory, id_of(text)).as_ref(), Some(text));
    }
}

#[test]
fn a_large_object_is_read_whole_and_a_name_among_many_is_found() {
    let mut seed = 7_u32;
    let mut drawn = || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 24) as u8
    };
    // Bytes that cannot be packed.
    let large: Vec<u8> = (0..300_000).map(|_| drawn()).collect();
    let mut entries: Vec<Entry> =
        (0..30_000_u32).map(|number| whole(&number.to_be_bytes())).collect();
    entries.push(whole(&large));
    let directory = written(&entries);
    assert_eq!(read(&directory, id_of(&large)), Some(large));
    let mut packs = Packs::open(directory.path());
    for number in (0..30_000_u32).step_by(7) {
        let text = number.to_be_bytes().to_vec();
        assert_eq!(packs.read(id_of(&text), 4), Some((ObjectType::Blob, text)));
    }
    let index = index::Index::open(&directory.path().join("pack/p.idx")).unwrap();
    let mut ids: Vec<Oid> = entries.iter().map(|entry| entry.id).collect();
    ids.sort();
    for (number, id) in ids.iter().enumerate().step_by(11) {
        let found = index.look_for(id.as_bytes(), 0, index.n_objects());
        assert_eq!(found, Some(number as u64));
    }
    let other = id_of(b"other");
    assert_eq!(index.look_for(other.as_bytes(), 0, index.n_objects()), None);
}

#[test]
fn a_byte_that_is_not_as_it_was_gives_no_other_object() {
    let first = b"id: EXC-2026-K7QD\n".repeat(4);
    let second = [&first[..20], &first[..20]].concat();
    let entries =
        [whole(&first), from_object(id_of(&second), id_of(&first), twice(first.len(), 20, b""))];
    let (bytes, places) = pack(&entries);
    let index = index(&entries, &places, u64::MAX);
    let texts = [&first, &second];
    let check = |pack: &[u8], index: &[u8]| {
        let directory = objects(pack, index);
        let mut packs = Packs::open(directory.path());
        for text in texts {
            let found = packs.read(id_of(text), 1 << 20).map(|(_, bytes)| bytes);
            assert!(found.is_none_or(|found| found == *text));
        }
    };
    for at in 0..bytes.len() {
        for bit in [1, 0x10, 0x80] {
            let mut damaged = bytes.clone();
            damaged[at] ^= bit;
            check(&damaged, &index);
        }
        check(&bytes[..at], &index);
    }
    for at in (0..8).chain(1024..index.len()) {
        let mut damaged = index.clone();
        damaged[at] ^= 0x81;
        check(&bytes, &damaged);
        check(&bytes, &index[..at]);
    }
}

#[test]
fn what_differs_from_itself_has_no_end_and_is_no_object() {
    let (one, two) = (id_of(b"one"), id_of(b"two"));
    let directory = written(&[
        from_object(one, two, twice(3, 1, b"")),
        from_object(two, one, twice(3, 1, b"")),
    ]);
    assert_eq!(read(&directory, one), None);
    assert_eq!(read(&directory, two), None);
}

#[test]
fn a_small_object_is_not_made_of_more_bytes_than_the_limit() {
    const PART: usize = 0x00f0_0000;
    let part = vec![b'x'; PART];
    // The start of an object twice, which needs no name that fits.
    let doubled = |base: usize| {
        let [a, b, c, _] = (PART as u32).to_le_bytes();
        let copy = vec![0xf0, a, b, c];
        [size(base), size(2 * PART), copy.clone(), copy].concat()
    };
    let (once, again, small, none) = (id_of(b"1"), id_of(b"2"), id_of(b"xx"), id_of(b"xxy"));
    let directory = written(&[
        whole(&part),
        from_object(once, id_of(&part), doubled(PART)),
        from_object(again, once, doubled(2 * PART)),
        from_object(small, once, twice(2 * PART, 1, b"")),
        from_object(none, again, twice(2 * PART, 1, b"y")),
    ]);
    const { assert!(4 * PART < MAX_SIZE && 5 * PART > MAX_SIZE) };
    assert_eq!(read(&directory, small), Some(b"xx".to_vec()));
    assert_eq!(read(&directory, none), None);
    assert_eq!(read(&directory, id_of(&part)), None, "it has more than was asked for");
}

#[test]
fn what_is_wrong_with_a_damaged_pack_is_said_by_libgit2() {
    let history = story();
    let repo = Repository::open(history.path()).unwrap();
    packed(&repo);
    let tip = Repo::open(history.path()).unwrap().resolve("main").unwrap();
    let folder = repo.path().join("objects/pack");
    let file = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let file = file.into_iter().find(|it| it.extension().is_some_and(|it| it == "pack")).unwrap();
    let whole = fs::read(&file).unwrap();
    let mut permissions = fs::metadata(&file).unwrap().permissions();
    #[expect(clippy::permissions_set_readonly_false, reason = "a test may write there")]
    permissions.set_readonly(false);
    fs::set_permissions(&file, permissions).unwrap();
    // The name at the end is what the pack is opened by; each byte begins a commit of three.
    let mut damaged = whole.clone();
    damaged[12..whole.len() - 20].fill(0x13);
    fs::write(&file, damaged).unwrap();
    let error = Repo::open(history.path()).unwrap().header(tip).unwrap_err();
    let repo = Repository::open(history.path()).unwrap();
    let said = repo.odb().and_then(|odb| odb.read(tip.0).map(|_| ())).unwrap_err();
    let is_the_same =
        matches!(&error, Error::Unreadable { reason, .. } if reason == said.message());
    assert!(is_the_same, "{error}; {said}");
}
