//! What about a clone may mislead whoever reads it, as plain facts.
//!
//! Invariant: only files and references are read. Nothing that a configuration names is run or
//! opened as a repository, and one that cannot be read is a fact too.

use std::fs;
use std::path::Path;

use git2::{Config, ErrorCode, Repository};

use super::{Error, Mainline, Repo};

/// Names that teams give to the protected branch.
const USUAL_NAMES: [&str; 3] = ["main", "master", "trunk"];

/// What `exc doctor` may want to say about a clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Facts {
    /// It is said to lack history.
    pub(crate) is_shallow: bool,
    /// Remotes from which git would fetch missing objects; `exc` never does.
    pub(crate) promisors: Vec<String>,
    /// References that make git, not `exc`, read other objects.
    pub(crate) replace_refs: Vec<String>,
    /// A file makes git, not `exc`, see other parents.
    pub(crate) has_grafts: bool,
    pub(crate) format: Format,
    /// Branches that may be the protected one, the likeliest first.
    pub(crate) mainlines: Vec<Mainline>,
}

/// How a repository stores its objects and references, as its configuration says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Format {
    /// Such as `sha1`.
    pub(crate) objects: String,
    /// Such as `files`.
    pub(crate) references: String,
}

impl Format {
    /// Of the repository whose own directory is given.
    fn of(directory: &Path) -> Result<Self, Error> {
        let config = own_config(directory)?;
        let extension = |name: &str, usual: &str| {
            let value = value(&config, &format!("extensions.{name}"), directory)?;
            Ok(value.map_or_else(|| usual.to_owned(), |value| value.to_lowercase()))
        };
        Ok(Self {
            objects: extension("objectformat", "sha1")?,
            references: extension("refstorage", "files")?,
        })
    }

    /// Of the repository in which `path` lies, also of one that cannot be opened; `None` where
    /// there is none.
    pub(crate) fn around(path: &Path) -> Result<Option<Self>, Error> {
        let nothing: [&str; 0] = [];
        let directory = match Repository::discover_path(path, nothing) {
            Ok(directory) => directory,
            Err(error) if error.code() == ErrorCode::NotFound => return Ok(None),
            Err(error) => return Err(Error::new(path, &error)),
        };
        // A further work tree keeps its own directory beside the one that has the configuration.
        let shared = fs::read_to_string(directory.join("commondir")).unwrap_or_default();
        Self::of(&directory.join(shared.trim_end())).map(Some)
    }
}

impl Repo {
    /// The directory that all work trees of the repository share.
    pub(crate) fn shared_directory(&self) -> &Path {
        self.inner.commondir()
    }

    pub(crate) fn facts(&self) -> Result<Facts, Error> {
        let directory = self.inner.commondir();
        let is_filled = |path: &str| {
            fs::metadata(directory.join(path)).is_ok_and(|file| file.is_file() && file.len() > 0)
        };
        Ok(Facts {
            is_shallow: is_filled("shallow"),
            promisors: self.promisors()?,
            replace_refs: self.names_of("refs/replace/*")?,
            has_grafts: is_filled("info/grafts"),
            format: Format::of(directory)?,
            mainlines: self.mainlines()?,
        })
    }

    fn promisors(&self) -> Result<Vec<String>, Error> {
        let directory = self.inner.commondir();
        let config = own_config(directory)?;
        let mut found: Vec<String> =
            value(&config, "extensions.partialclone", directory)?.into_iter().collect();
        let entries = config.entries(Some(r"^remote\..*\.(promisor|partialclonefilter)$"));
        let mut entries = entries.map_err(|error| self.error(&error))?;
        while let Some(entry) = entries.next() {
            let entry = entry.map_err(|error| self.error(&error))?;
            let name = String::from_utf8_lossy(entry.name_bytes());
            // A key without a value says yes.
            let text = entry.has_value().then(|| String::from_utf8_lossy(entry.value_bytes()));
            let is_no = text.is_some_and(|text| {
                name.ends_with(".promisor") && matches!(Config::parse_bool(&*text), Ok(false))
            });
            let remote =
                name.strip_prefix("remote.").and_then(|name| Some(name.rsplit_once('.')?.0));
            if let Some(remote) = remote.filter(|_| !is_no) {
                found.push(remote.to_owned());
            }
        }
        found.sort();
        found.dedup();
        Ok(found)
    }

    /// The references whose names match, in order.
    fn names_of(&self, pattern: &str) -> Result<Vec<String>, Error> {
        let references = self.inner.references_glob(pattern).map_err(|error| self.error(&error))?;
        let mut names = Vec::new();
        for reference in references {
            let reference = reference.map_err(|error| self.error(&error))?;
            names.push(String::from_utf8_lossy(reference.name_bytes()).into_owned());
        }
        names.sort();
        Ok(names)
    }

    /// The branch that `origin` itself names, the usual ones, and what is checked out.
    fn mainlines(&self) -> Result<Vec<Mainline>, Error> {
        let mut names: Vec<String> = self.branch_of_origin()?.into_iter().collect();
        names.extend(USUAL_NAMES.map(str::to_owned));
        names.extend(self.head_branch()?);
        let mut found: Vec<Mainline> = Vec::new();
        for name in names {
            let mainline = self.mainline(&name)?;
            found.extend(mainline.filter(|mainline| !found.contains(mainline)));
        }
        Ok(found)
    }

    /// The branch that the remote has as its default, as this clone knows it; in a bare repository, the
    /// one that it has as its own.
    pub(crate) fn default_branch(&self) -> Result<Option<String>, Error> {
        if self.inner.is_bare() { self.head_branch() } else { self.branch_of_origin() }
    }

    fn branch_of_origin(&self) -> Result<Option<String>, Error> {
        let head = match self.inner.find_reference("refs/remotes/origin/HEAD") {
            Ok(head) => head,
            Err(error) if error.code() == ErrorCode::NotFound => return Ok(None),
            Err(error) => return Err(self.error(&error)),
        };
        let target = head.symbolic_target_bytes().map(String::from_utf8_lossy);
        let prefix = "refs/remotes/origin/";
        Ok(target.and_then(|target| target.strip_prefix(prefix).map(str::to_owned)))
    }
}

/// The file of a repository's own configuration, and what it includes.
fn own_config(directory: &Path) -> Result<Config, Error> {
    let path = directory.join("config");
    if !path.is_file() {
        return Config::new().map_err(|error| Error::new(directory, &error));
    }
    Config::open(&path).map_err(|error| Error::new(&path, &error))
}

fn value(config: &Config, key: &str, directory: &Path) -> Result<Option<String>, Error> {
    match config.get_string(key) {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
        Err(error) => Err(Error::new(directory, &error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::testing::History;

    fn facts(history: &History) -> Facts {
        history.repo().facts().unwrap()
    }

    fn names(facts: &Facts) -> Vec<&str> {
        facts.mainlines.iter().map(|mainline| mainline.name.as_str()).collect()
    }

    #[test]
    fn an_ordinary_clone_has_nothing_that_misleads() {
        let history = History::new();
        let tip = history.commit(&[], &[("a", "1")]);
        history.point("refs/heads/main", tip);
        let expected = Facts {
            is_shallow: false,
            promisors: Vec::new(),
            replace_refs: Vec::new(),
            has_grafts: false,
            format: Format { objects: "sha1".to_owned(), references: "files".to_owned() },
            mainlines: vec![Mainline { name: "main".to_owned(), tip }],
        };
        assert_eq!(facts(&history), expected);
    }

    #[test]
    fn what_changes_history_for_git_is_named() {
        let history = History::new();
        let tip = history.commit(&[], &[("a", "1")]);
        history.write(".git/shallow", &format!("{tip}\n"));
        history.write(".git/info/grafts", &format!("{tip}\n"));
        history.point(&format!("refs/replace/{tip}"), tip);
        let facts = facts(&history);
        assert!(facts.is_shallow && facts.has_grafts);
        assert_eq!(facts.replace_refs, [format!("refs/replace/{tip}")]);
    }

    #[test]
    fn remotes_that_would_be_asked_for_objects_are_named() {
        let history = History::new();
        let config = "[remote \"a.b\"]\n\tpromisor = true\n\tpartialclonefilter = blob:none\n\
                      [remote \"c\"]\n\tpromisor = false\n[remote \"d\"]\n\tpromisor\n";
        history.append(".git/config", config);
        assert_eq!(facts(&history).promisors, ["a.b", "d"]);
    }

    #[test]
    fn the_branch_that_origin_names_comes_first() {
        let history = History::new();
        let tip = history.commit(&[], &[("a", "1")]);
        for branch in ["refs/heads/master", "refs/heads/topic", "refs/remotes/origin/stable"] {
            history.point(branch, tip);
        }
        history.write(".git/refs/remotes/origin/HEAD", "ref: refs/remotes/origin/stable\n");
        history.write(".git/HEAD", "ref: refs/heads/topic\n");
        assert_eq!(names(&facts(&history)), ["origin/stable", "master", "topic"]);
    }

    #[test]
    fn the_format_of_a_repository_that_cannot_be_opened_is_known() {
        let history = History::new();
        let config = "[core]\n\trepositoryformatversion = 1\n\
                      [extensions]\n\tobjectFormat = sha256\n\trefStorage = reftable\n";
        history.append(".git/config", config);
        let error = Repo::discover(history.path()).err().expect("it cannot be opened");
        assert!(matches!(error, Error::Unreadable { .. }), "{error}");
        let format = Format::around(history.path()).unwrap().expect("a repository");
        assert_eq!((format.objects.as_str(), format.references.as_str()), ("sha256", "reftable"));
    }

    #[cfg(unix)]
    #[test]
    fn nothing_that_a_hostile_configuration_names_is_run() {
        use std::os::unix::fs::PermissionsExt as _;

        let history = History::new();
        let first = history.commit(&[], &[("r/a", "1")]);
        let side = history.commit(&[first], &[("r/a", "2")]);
        let tip = history.commit(&[first, side], &[("r/a", "2")]);
        history.point("refs/heads/main", tip);
        let (canary, sung) = (history.path().join("canary"), history.path().join("sung"));
        history.write("canary", &format!("#!/bin/sh\ntouch '{}'\n", sung.display()));
        fs::set_permissions(&canary, fs::Permissions::from_mode(0o755)).unwrap();
        let program = canary.display();
        let config = format!(
            "[core]\n\tfsmonitor = {program}\n\tpager = {program}\n\teditor = {program}\n\
             \tsshCommand = {program}\n\thooksPath = {}\n\taskPass = {program}\n\
             [diff]\n\texternal = {program}\n[diff \"x\"]\n\ttextconv = {program}\n\tcommand = {program}\n\
             [filter \"x\"]\n\tclean = {program}\n\tsmudge = {program}\n\tprocess = {program}\n\
             [gpg]\n\tprogram = {program}\n[gpg \"ssh\"]\n\tprogram = {program}\n[log]\n\tshowSignature = true\n\
             [credential]\n\thelper = {program}\n\
             [remote \"origin\"]\n\turl = {program}\n\tuploadpack = {program}\n\tpromisor = true\n",
            history.path().display()
        );
        history.append(".git/config", &config);
        history.write(".gitattributes", "* diff=x filter=x\n");

        let repo = history.repo();
        repo.facts().unwrap();
        let chain = repo.chain(tip).unwrap();
        let touches = repo.changes_on(&chain, "r").unwrap();
        let mut authorship = repo.authorship(repo.landings(&chain).unwrap(), "r");
        for touch in &touches {
            let commit = repo.commit(touch.commit).unwrap();
            assert_eq!(authorship.of_landing(touch, &commit).unwrap().len(), 1);
        }
        repo.merge_base(tip, side).unwrap();
        // A missing object is what git would ask the remote for.
        history.forget(first);
        assert_eq!(history.repo().chain(tip).unwrap().missing, Some(first));
        assert!(!sung.exists(), "a program was run");
    }
}
