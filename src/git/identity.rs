//! Who works here, as git would say it.
//!
//! libgit2 does not look at the variables with which git is told to read other files, so the
//! levels of the configuration are asked one by one, the strongest first. The variables come from
//! the caller: nothing here reads the environment.

use std::path::Path;

use git2::{Config, ConfigLevel, ErrorCode};

use super::{Error, Repo};

/// Name and e-mail address, each where git knows it.
pub(crate) type Identity = (Option<String>, Option<String>);

/// The value of an environment variable, also an empty one.
pub(crate) type Variable<'a> = &'a dyn Fn(&str) -> Option<&'a str>;

impl Repo {
    /// Name and e-mail address of whoever works here: git's own variables, else its configuration,
    /// read from the files that `GIT_CONFIG_GLOBAL`, `GIT_CONFIG_SYSTEM` and
    /// `GIT_CONFIG_NOSYSTEM` say.
    pub(crate) fn identity(&self, variable: Variable<'_>) -> Result<Identity, Error> {
        let mut configs = self.levels(&[ConfigLevel::Worktree, ConfigLevel::Local])?;
        configs.extend(self.of_the_user(variable)?);
        let find = |variables: &[&str], keys: &[&str]| {
            let values = variables.iter().filter_map(|name| variable(name));
            if let Some(value) = values.into_iter().find(|value| !value.trim().is_empty()) {
                return Ok(Some(value.to_owned()));
            }
            for key in keys {
                if let Some(value) = self.first(&configs, key)? {
                    return Ok(Some(value));
                }
            }
            Ok(None)
        };
        let name = find(&["GIT_AUTHOR_NAME"], &["author.name", "user.name"])?;
        let email = find(&["GIT_AUTHOR_EMAIL"], &["author.email", "user.email"])?;
        let fallback = variable("EMAIL").filter(|value| !value.trim().is_empty());
        Ok((name, email.or_else(|| fallback.map(str::to_owned))))
    }

    /// The key with which whoever works here signs, as `user.signingkey` names it: a file, or the
    /// key itself. What the repository's own configuration says does not count, since whoever
    /// made the repository may have written it.
    pub(crate) fn signing_key(&self, variable: Variable<'_>) -> Result<Option<String>, Error> {
        self.first(&self.of_the_user(variable)?, "user.signingkey")
    }

    /// The key that the repository's own configuration names, which is not to be used.
    pub(crate) fn own_signing_key(&self) -> Result<Option<String>, Error> {
        self.first(&self.levels(&[ConfigLevel::Worktree, ConfigLevel::Local])?, "user.signingkey")
    }

    /// The configuration of the user and of the system, the strongest first.
    fn of_the_user(&self, variable: Variable<'_>) -> Result<Vec<Config>, Error> {
        let mut configs = match variable("GIT_CONFIG_GLOBAL") {
            Some(path) => self.config_file(path)?.into_iter().collect(),
            None => self.levels(&[ConfigLevel::Global, ConfigLevel::XDG])?,
        };
        let has_system = !variable("GIT_CONFIG_NOSYSTEM").is_some_and(is_true);
        match variable("GIT_CONFIG_SYSTEM") {
            _ if !has_system => {}
            Some(path) => configs.extend(self.config_file(path)?),
            None => {
                configs.extend(self.levels(&[ConfigLevel::System, ConfigLevel::ProgramData])?);
            }
        }
        Ok(configs)
    }

    /// The levels of the configuration that there are.
    fn levels(&self, levels: &[ConfigLevel]) -> Result<Vec<Config>, Error> {
        let known = self.inner.config().map_err(|error| self.error(&error))?;
        let mut configs = Vec::with_capacity(levels.len());
        for level in levels {
            match known.open_level(*level) {
                Ok(config) => configs.push(config),
                Err(error) if error.code() == ErrorCode::NotFound => {}
                Err(error) => return Err(self.error(&error)),
            }
        }
        Ok(configs)
    }

    /// The value of the strongest level that has one.
    fn first(&self, configs: &[Config], key: &str) -> Result<Option<String>, Error> {
        for config in configs {
            match config.get_string(key) {
                Ok(value) if !value.trim().is_empty() => return Ok(Some(value)),
                Ok(_) => {}
                Err(error) if error.code() == ErrorCode::NotFound => {}
                Err(error) => return Err(self.error(&error)),
            }
        }
        Ok(None)
    }

    /// A file of configuration; `/dev/null`, an empty name and a file that is not there hold none.
    fn config_file(&self, path: &str) -> Result<Option<Config>, Error> {
        let path = Path::new(path);
        if !path.is_file() {
            return Ok(None);
        }
        Config::open(path).map(Some).map_err(|error| Error::new(path, &error))
    }
}

/// What git takes for a yes.
fn is_true(value: &str) -> bool {
    let is_no = ["", "0", "false", "no", "off"].iter().any(|no| value.eq_ignore_ascii_case(no));
    !is_no
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use git2::Repository;

    use super::*;

    /// A repository whose own configuration is given, and files beside it.
    fn who(config: &str, variables: &[(&str, &str)], files: &[(&str, &str)]) -> Identity {
        asked(config, variables, files, |repo, variable| repo.identity(variable).unwrap())
    }

    fn asked<T>(
        config: &str,
        variables: &[(&str, &str)],
        files: &[(&str, &str)],
        ask: impl Fn(&Repo, Variable<'_>) -> T,
    ) -> T {
        let directory = tempfile::tempdir().unwrap();
        Repository::init(directory.path()).unwrap();
        let own = directory.path().join(".git/config");
        let text = std::fs::read_to_string(&own).unwrap() + config;
        std::fs::write(own, text).unwrap();
        for (name, text) in files {
            std::fs::write(directory.path().join(name), text).unwrap();
        }
        let root = format!("{}/", directory.path().display());
        let at = |text: &str| text.replace("@/", &root);
        // No file of whoever runs the tests may count.
        let mut known = BTreeMap::from([
            ("GIT_CONFIG_GLOBAL", String::new()),
            ("GIT_CONFIG_NOSYSTEM", "1".to_owned()),
        ]);
        known.extend(variables.iter().map(|(name, value)| (*name, at(value))));
        let repo = Repo::discover(directory.path()).unwrap().expect("a repository");
        ask(&repo, &|name| known.get(name).map(String::as_str))
    }

    fn is(name: &str, email: &str) -> Identity {
        let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        (some(name), some(email))
    }

    const DANA: &str = "[user]\n\tname = Dana\n\temail = dana@example.com\n";
    const LEE: &str = "[user]\n\tname = Lee\n\temail = lee@example.com\n";

    #[test]
    fn the_identity_is_that_of_the_configuration() {
        assert_eq!(who(DANA, &[], &[]), is("Dana", "dana@example.com"));
        assert_eq!(who("", &[], &[]), is("", ""));
    }

    #[test]
    fn the_file_that_a_variable_names_is_read_and_the_repository_wins_over_it() {
        let global = [("GIT_CONFIG_GLOBAL", "@/mine")];
        assert_eq!(who("", &global, &[("mine", LEE)]), is("Lee", "lee@example.com"));
        assert_eq!(who(DANA, &global, &[("mine", LEE)]), is("Dana", "dana@example.com"));
        let nowhere = [("GIT_CONFIG_GLOBAL", "@/nowhere")];
        assert_eq!(who("", &nowhere, &[]), is("", ""));
    }

    #[test]
    fn the_system_counts_unless_a_variable_says_no() {
        let system =
            |no: &'static str| [("GIT_CONFIG_SYSTEM", "@/all"), ("GIT_CONFIG_NOSYSTEM", no)];
        assert_eq!(who("", &system("0"), &[("all", LEE)]), is("Lee", "lee@example.com"));
        assert_eq!(who("", &system("true"), &[("all", LEE)]), is("", ""));
    }

    #[test]
    fn gits_own_variables_win_over_all_configuration() {
        let author = [("GIT_AUTHOR_NAME", "Kim"), ("GIT_AUTHOR_EMAIL", "kim@example.com")];
        assert_eq!(who(DANA, &author, &[]), is("Kim", "kim@example.com"));
        assert_eq!(who(DANA, &[("EMAIL", "x@example.com")], &[]), is("Dana", "dana@example.com"));
        assert_eq!(who("", &[("EMAIL", "x@example.com")], &[]), is("", "x@example.com"));
    }

    #[test]
    fn a_key_to_sign_with_is_never_that_of_the_repository() {
        let key = |config: &str, files: &[(&str, &str)]| {
            let variables = [("GIT_CONFIG_GLOBAL", "@/mine")];
            asked(config, &variables, files, |repo, it| repo.signing_key(it).unwrap())
        };
        let named = |name: &str| format!("[user]\n\tsigningkey = {name}\n");
        assert_eq!(key(&named("/tmp/theirs"), &[]), None);
        let own = asked(&named("/tmp/theirs"), &[], &[], |repo, _| repo.own_signing_key().unwrap());
        assert_eq!(own.as_deref(), Some("/tmp/theirs"));
        let mine = named("~/.ssh/id_ed25519");
        let found = key(&named("/tmp/theirs"), &[("mine", &mine)]);
        assert_eq!(found.as_deref(), Some("~/.ssh/id_ed25519"));
    }

    #[cfg(unix)]
    #[test]
    fn a_device_in_place_of_the_file_holds_nothing() {
        assert_eq!(who("", &[("GIT_CONFIG_GLOBAL", "/dev/null")], &[]), is("", ""));
    }
}
