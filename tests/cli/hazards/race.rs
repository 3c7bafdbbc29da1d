//! Several who run a command at once.

use std::process::Child;

use super::each_writer;
use super::scene::{Files, Scene, files, leftovers};
use crate::support::process::shown;

/// How many run at once.
const N_AT_ONCE: usize = 3;

#[test]
fn at_once_nothing_is_lost_that_somebody_was_told_is_written() {
    each_writer(|scene| {
        let children: Vec<Child> = (0..N_AT_ONCE).map(|nth| scene.start(nth)).collect();
        let ends = children.into_iter().map(|child| child.wait_with_output().expect("it ends"));
        let ends: Vec<_> = ends.map(|output| shown(&output)).collect();
        let words = scene.words;
        let won: Vec<usize> = (0..N_AT_ONCE).filter(|&nth| ends[nth].0 == scene.code).collect();
        for (code, _, err) in &ends {
            let is_told =
                err.contains("error: ") || err.contains("error[") || err.contains("refused");
            assert!(*code == scene.code || (*code != Some(0) && is_told), "{words:?}: {ends:?}");
        }
        assert_eq!(leftovers(&scene.w), [""; 0], "{words:?}");
        if scene.is_one_for_each() {
            let now = files(&scene.w);
            let is_so =
                orders(&won).iter().any(|order| in_order(scene, order).as_ref() == Some(&now));
            assert!(is_so && !won.is_empty(), "{words:?}: no order gives {now:#?}\n{ends:#?}");
            return;
        }
        let now = scene.whole("at once");
        assert!(won.is_empty() || now == scene.after, "{words:?}: {ends:?}");
        if words[0] == "init" {
            let all: String = ends.iter().map(|(_, out, _)| out.as_str()).collect();
            let n_wrote = all.lines().filter(|line| line.starts_with("wrote ")).count();
            assert_eq!(n_wrote, scene.after.len() - scene.before.len(), "{all}");
        }
        if words.contains(&"--each") || words.contains(&"--pack") {
            assert_eq!(won.len(), 1, "a folder is one run's: {ends:?}");
        }
    });
}

/// What stands there after these, one after the other; none where one of them does not succeed.
fn in_order(scene: &Scene, order: &[usize]) -> Option<Files> {
    scene.reset();
    let is_done = |&nth: &usize| Some(i32::from(scene.run(nth).code())) == scene.code;
    order.iter().all(is_done).then(|| files(&scene.w))
}

/// Every order of some numbers.
fn orders(of: &[usize]) -> Vec<Vec<usize>> {
    if of.is_empty() {
        return vec![Vec::new()];
    }
    let begun = of.iter().flat_map(|&first| {
        let rest: Vec<usize> = of.iter().copied().filter(|&it| it != first).collect();
        orders(&rest).into_iter().map(move |rest| [vec![first], rest].concat())
    });
    begun.collect()
}
