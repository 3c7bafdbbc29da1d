//! What is kept of a history says the same as the history: asked in every scenario, whatever else
//! that is about.

use std::io::Cursor;

use super::world::{ID, World};
use crate::git::{ObjectId, Repo};
use crate::history::kept::{About, Kept, encode};
use crate::history::{Audit, Trail, read_text};
use crate::source::Record;

fn about(tip: ObjectId) -> About {
    About {
        folder: "exceptions".to_owned(),
        tip,
        tree: None,
        policy: None,
        latest: 7,
        odd: vec![(tip, 7)],
    }
}

fn kept(bytes: &[u8]) -> Option<Kept<Cursor<&[u8]>>> {
    Kept::open(Cursor::new(bytes))
}

/// All that a trail holds for those who only look; of texts what stands in them, not where they were read from.
fn told(trail: &Trail) -> String {
    let text = |text: Option<&Record>| text.map(|text| text.file().text().to_owned());
    let mut texts: Vec<Option<String>> =
        trail.revisions.iter().map(|it| text(it.text.as_deref())).collect();
    texts.extend([text(trail.text.as_deref()), text(trail.settled.as_deref())]);
    let mut bare = trail.clone();
    (bare.text, bare.settled) = (None, None);
    bare.forget_what_proposals_ask();
    bare.revisions.iter_mut().for_each(|it| it.text = None);
    format!("{bare:#?}\n{texts:#?}")
}

#[track_caller]
pub(super) fn check_kept(audit: &Audit, repo: &Repo, tip: ObjectId) {
    let bytes = encode(about(tip), audit).expect("bytes").concat();
    let mut kept = kept(&bytes).expect("nothing is damaged");
    assert_eq!(*kept.about(), about(tip));
    assert!(kept.ids().eq(audit.trails.iter().map(|trail| trail.id.as_str())));
    for trail in &audit.trails {
        assert_eq!(kept.standing(&trail.id), Some(trail.standing()));
        let again = kept.trail(&trail.id, |path, blob| read_text(repo, path, blob));
        assert_eq!(told(&again.expect("nothing is damaged")), told(trail));
    }
    assert_eq!(kept.lives().expect("nothing is damaged"), audit.lives());
}

fn lapsed() -> (World, Vec<u8>) {
    let mut world = World::approved();
    world.push_edit("carol", "expires: 2024-06-30");
    let bytes = encode(about(world.main), &world.audit()).expect("bytes").concat();
    (world, bytes)
}

#[test]
fn what_is_cut_off_is_not_read() {
    let (world, bytes) = lapsed();
    let repo = world.repo();
    // Behind the trail stand the lives of all.
    let marker = br#"}][{"id""#;
    let trails_end = bytes.windows(marker.len()).position(|it| it == marker).expect("lives") + 2;
    for end in 0..bytes.len() {
        let Some(mut kept) = kept(&bytes[..end]) else { continue };
        let trail = kept.trail(ID, |path, blob| read_text(&repo, path, blob));
        assert_eq!(trail.is_some(), end >= trails_end, "{end}");
        assert_eq!(kept.lives(), None, "{end}");
    }
}

#[test]
fn what_was_changed_by_accident_is_not_read() {
    let (world, bytes) = lapsed();
    let repo = world.repo();
    let read = |bytes: &[u8]| {
        let mut kept = kept(bytes)?;
        let trail = kept.trail(ID, |path, blob| read_text(&repo, path, blob))?;
        Some((kept.standing(ID), told(&trail), kept.lives()?))
    };
    let good = read(&bytes).expect("it is whole");
    let mut n_same = 0;
    for at in 0..bytes.len() {
        let mut bytes = bytes.clone();
        bytes[at] ^= 1;
        if let Some(other) = read(&bytes) {
            assert_eq!(other, good, "{at}");
            n_same += 1;
        }
    }
    // Only the end of the first line can be another and mean the same.
    assert!(n_same <= 1, "{n_same}");
}

#[test]
fn a_text_that_is_gone_makes_its_trail_unknown() {
    let (_, bytes) = lapsed();
    let mut kept = kept(&bytes).expect("it is whole");
    assert!(kept.trail(ID, |_, _| None).is_none());
    assert!(kept.standing(ID).is_some());
    assert!(kept.standing("EXC-2026-0000").is_none());
}

/// Whoever changes this changes the number of the form too, so that what the binary of yesterday
/// wrote is not read.
#[test]
fn the_form_is_that_of_its_number() {
    let (world, bytes) = lapsed();
    let text = String::from_utf8(bytes).expect("text");
    let start = text.find("[0,{").expect("a trail");
    let (trail, lives) = text[start..].split_once("}][{").expect("lives");
    let (trail, lives) = (format!("{trail}}}]"), format!("[{{{lives}"));
    let trail = trail.replace(&world.main.to_string(), "[TIP]");
    insta::assert_snapshot!(lives.replace(",\"", ",\n\""), @r#"
[{"id":"EXC-2026-K7QD",
"verdict":"Lapsed",
"text":"483c7c453e464293a46e548172cff09171495220",
"opened":"2023-11-14",
"approved":"2023-11-15",
"promised":"2024-03-31",
"waiting":"2023-11-15",
"awaited":null,
"renewals":1,
"turns":[{"day":"2023-11-14",
"kind":"Filed",
"expires":"2024-03-31"},{"day":"2023-11-15",
"kind":"Renewed",
"expires":"2024-06-30"}],
"approvals":[{"person":"alice",
"kind":"signed",
"day":"2023-11-15"}],
"gaps":[],
"way":{"approvers":["alice",
"bob",
"erin"],
"signers":["alice",
"bob",
"erin"],
"quorum":1,
"n_missing":1,
"rejected":[],
"unknown":[],
"takes_signatures":true,
"takes_merge":false}}]
"#);
    insta::assert_snapshot!(trail.replace(",\"", ",\n\""), @r#"
[0,{"id":"EXC-2026-K7QD",
"revisions":[{"commit":"62acb9a80e71962342be49f18634b1d9461be17a",
"landed":1700010800,
"is_renewal":false,
"is_landing_odd":false,
"arrived":"2023-11-15",
"kind":{"Change":"New"},
"state":"Approved",
"evidence":[{"person":"alice",
"kind":"signed",
"commit":"62acb9a80e71962342be49f18634b1d9461be17a",
"key":"SHA256:djcfpCEyqdSMEJ0HeL+6RG3duP1zOH3wLemu43J34Zc",
"depends_on_day":false,
"position":1}],
"why":[],
"notes":[],
"path":"exceptions/EXC-2026-K7QD.yaml",
"blob":"2b396367d32eef292c0c09459d28fa94aa4dc288",
"position":1,
"after":"0063be5eb895050ed51cc0fedc29bf4cec8492f79550588d82492e699ab4a971"},{"commit":"[TIP]",
"landed":1700014400,
"is_renewal":true,
"is_landing_odd":false,
"arrived":"2023-11-15",
"kind":{"Change":"Extension"},
"state":"Open",
"evidence":[],
"why":["NotRecorded"],
"notes":[],
"path":"exceptions/EXC-2026-K7QD.yaml",
"blob":"483c7c453e464293a46e548172cff09171495220",
"position":2,
"after":null}],
"verdict":"Lapsed",
"why":["NotRecorded"],
"wrote":{"authors":[[{"name":"carol",
"email":"carol@example.com"},
"[TIP]"]],
"committers":[],
"requesters":["carol@example.com"],
"is_in_part":true,
"missing":null,
"malformed":null},
"lineage":"8ff0b60b2b3d55d8c5992647145b883601dec69c9c2b36e11ede9097f6e6bd03",
"renewals":1,
"first_promised":"2024-03-31",
"days_granted":229,
"gaps":[],
"covered_through":"2024-06-30"}]
"#);
}
