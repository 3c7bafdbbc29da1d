//! Has `ssh-keygen` sign a statement: the only place where `exc` starts programs.
//!
//! Agents and security keys work because that program talks to them. It is the one in the user's
//! `PATH`, and gets a key that the command line, the user's own configuration of git, or the
//! user's agent names.
//!
//! Invariant: nothing that a repository holds or configures chooses a program, a key, or what is
//! signed; and what came of it is verified elsewhere before it is believed.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context as _;
use chrono::NaiveDate;
use ssh_key::HashAlg;

use crate::commands::proposed::Proposed;
use crate::commands::writing::folders::Scratch;
use crate::commands::{Failure, Globals};
use crate::env::Env;
use crate::history::NAMESPACE;
use crate::policy::{Person, is_verifiable};
use crate::text::shell_word;

pub(super) use ssh_key::PublicKey;

/// The key that the command line names, with its public half where that is known.
pub(super) struct Choice<'a> {
    pub(super) named: Option<&'a Path>,
    pub(super) public: Option<PublicKey>,
}

/// A key to sign with.
enum Key {
    /// Private, or the public half of one that an agent holds.
    File { path: PathBuf, public: Option<PublicKey> },
    /// Held by an agent.
    Agent(PublicKey),
}

/// Bytes that a file with a public key may have.
const MAX_KEY_SIZE: u64 = 64 * 1024;
/// How the line of a key begins.
const KINDS: [&str; 3] = ["ssh-", "ecdsa-", "sk-"];

/// The armoured signature of a person; else a key that is known not to be among the person's.
pub(super) fn sign(
    statement: &str,
    choice: Choice<'_>,
    approver: &Person,
    proposed: &Proposed<'_>,
    globals: &Globals,
    env: &mut Env<'_>,
) -> anyhow::Result<Result<String, PublicKey>> {
    let key = choose(choice, approver, proposed, globals, env)?;
    let public = match &key {
        Key::File { public, .. } => public.as_ref(),
        Key::Agent(public) => Some(public),
    };
    if let Some(foreign) = public.filter(|public| !is_of(approver, public)) {
        return Ok(Err(foreign.clone()));
    }
    let program = program("ssh-keygen", env.var("PATH"))?;
    let scratch = Scratch::new()?;
    let message = scratch.write("statement", statement)?;
    let key = match &key {
        Key::File { path, .. } => path.clone(),
        Key::Agent(public) => {
            let line = public.to_openssh().map_err(|error| Failure::new(error.to_string()))?;
            scratch.write("key.pub", &format!("{line}\n"))?
        }
    };
    let mut command = command(&program, env);
    command.args(["-q", "-Y", "sign", "-n", NAMESPACE, "-f"]).arg(&key).arg(&message);
    // It may ask for a passphrase, or for a touch.
    command.stdout(Stdio::null()).stderr(Stdio::inherit());
    match globals.no_input {
        true => command.stdin(Stdio::null()).env("SSH_ASKPASS_REQUIRE", "never"),
        false => command.stdin(Stdio::inherit()),
    };
    let status =
        command.status().with_context(|| format!("cannot start `{}`", program.display()))?;
    let signature = message.with_extension("sig");
    match fs::read_to_string(&signature) {
        Ok(armour) if status.success() => Ok(Ok(armour)),
        Ok(_) => Err(unsigned(&key).into()),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(unsigned(&key).into()),
        Err(error) => Err(error).context("cannot read the signature"),
    }
}

fn unsigned(key: &Path) -> Failure {
    Failure::new(format!("`ssh-keygen` made no signature with the key `{}`", key.display())).hint(
        "what it says stands above; `ssh-add -l` lists the keys of the agent, `--key FILE` names one",
    )
}

/// The public half of a key in a file, if a file says which it is.
pub(super) fn public_of(path: &Path) -> Option<PublicKey> {
    let is_public = path.extension().is_some_and(|extension| extension == "pub");
    let mut name = path.as_os_str().to_owned();
    if !is_public {
        name.push(".pub");
    }
    let name = PathBuf::from(name);
    let metadata = fs::metadata(&name).ok()?;
    if !metadata.is_file() || metadata.len() > MAX_KEY_SIZE {
        return None;
    }
    PublicKey::from_openssh(fs::read_to_string(name).ok()?.trim()).ok()
}

pub(super) fn fingerprint(key: &PublicKey) -> String {
    key.fingerprint(HashAlg::Sha256).to_string()
}

/// The entry that lists a key in a policy; none for a kind that is not verified.
pub(super) fn policy_line(key: &PublicKey, from: NaiveDate) -> Option<String> {
    let plain = PublicKey::from(key.key_data().clone()).to_openssh().ok()?;
    is_verifiable(&key.algorithm()).then(|| format!("{{key: \"{plain}\", from: {from}}}"))
}

fn is_of(person: &Person, key: &PublicKey) -> bool {
    person.keys.iter().any(|known| known.public == *key.key_data())
}

/// The key that is named, else that of git if it is the person's, else one of the agent's that is.
fn choose(
    choice: Choice<'_>,
    approver: &Person,
    proposed: &Proposed<'_>,
    globals: &Globals,
    env: &mut Env<'_>,
) -> anyhow::Result<Key> {
    if let Some(named) = choice.named {
        let path = globals.cwd(env).join(named);
        if !path.is_file() {
            let message = format!("there is no key `{}`", path.display());
            return Err(Failure::new(message).hint("name the file with `--key FILE`").into());
        }
        return Ok(Key::File { path, public: choice.public });
    }
    let variable = |name: &str| env.vars.get(name).map(String::as_str);
    let configured = proposed.repo.signing_key(&variable).map_err(Failure::from)?;
    let own = proposed.repo.own_signing_key().map_err(Failure::from)?;
    if let Some(own) = own.filter(|own| configured.as_ref() != Some(own)) {
        globals.note(env, &ignored(&own));
    }
    let configured = configured.and_then(|value| of_git(&value, env));
    let is_foreign = |key: &Key| match key {
        Key::File { public, .. } => public.as_ref().is_some_and(|it| !is_of(approver, it)),
        Key::Agent(public) => !is_of(approver, public),
    };
    match configured {
        Some(key) if !is_foreign(&key) => Ok(key),
        configured => {
            let of_agent = agent(env)?.into_iter().find(|key| is_of(approver, key));
            of_agent.map(Key::Agent).or(configured).ok_or_else(|| no_key(approver).into())
        }
    }
}

/// What to say of a key that the repository itself configures.
fn ignored(key: &str) -> String {
    let file = if Path::new(key).is_absolute() { shell_word(key) } else { "FILE".to_owned() };
    format!(
        "note: `user.signingkey` of this repository's own configuration is not used, since whoever made the repository may have written it: name the key with `--key {file}`, or set it with `git config --global user.signingkey {}`",
        shell_word(key)
    )
}

fn no_key(approver: &Person) -> Failure {
    Failure::new(format!("there is no key of `{}` to sign with", approver.id)).hint(
        "name one with `--key FILE`, set it with `git config --global user.signingkey ~/.ssh/id_ed25519.pub`, or give it to the agent with `ssh-add`",
    )
}

/// The key that git's `user.signingkey` means; none where that is no SSH key.
fn of_git(value: &str, env: &Env<'_>) -> Option<Key> {
    let literal = value.strip_prefix("key::").unwrap_or(value).trim();
    if KINDS.iter().any(|kind| literal.starts_with(kind)) {
        return PublicKey::from_openssh(literal).ok().map(Key::Agent);
    }
    let path = match value.strip_prefix("~/") {
        Some(below) => Path::new(env.var("HOME")?).join(below),
        None => PathBuf::from(value),
    };
    // A relative path would be one of the repository's.
    let is_key = path.is_absolute() && path.is_file();
    is_key.then(|| Key::File { public: public_of(&path), path })
}

/// The keys that the user's agent holds; none where no agent runs.
fn agent(env: &Env<'_>) -> anyhow::Result<Vec<PublicKey>> {
    if env.var("SSH_AUTH_SOCK").is_none() {
        return Ok(Vec::new());
    }
    let Ok(program) = program("ssh-add", env.var("PATH")) else { return Ok(Vec::new()) };
    let mut command = command(&program, env);
    let listed = command.arg("-L").stdin(Stdio::null()).stderr(Stdio::null()).output();
    let listed = listed.with_context(|| format!("cannot start `{}`", program.display()))?;
    let text = String::from_utf8_lossy(&listed.stdout).into_owned();
    Ok(text.lines().filter_map(|line| PublicKey::from_openssh(line.trim()).ok()).collect())
}

/// A program with the environment of this run, and no other.
fn command(program: &Path, env: &Env<'_>) -> Command {
    let mut command = Command::new(program);
    command.env_clear().envs(&env.vars);
    command
}

/// The absolute path of a program in the user's `PATH`; a relative folder there could be the
/// repository's.
fn program(name: &str, folders: Option<&str>) -> Result<PathBuf, Failure> {
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(folders.unwrap_or_default())
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(&file))
        .find(|path| is_program(path))
        .ok_or_else(|| {
            Failure::new(format!("`{name}` is not in `PATH`"))
                .hint("install OpenSSH, which brings it")
        })
}

#[cfg(unix)]
fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;

    fs::metadata(path).is_ok_and(|it| it.is_file() && it.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(path: &Path) -> bool {
    path.is_file()
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_program_is_one_that_can_run_in_an_absolute_folder() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str, mode| {
            let folder = folder.path().join(name);
            fs::create_dir_all(&folder).expect("a folder");
            let path = folder.join("ssh-keygen");
            fs::write(&path, "").expect("a file");
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("permissions");
            (folder.display().to_string(), path)
        };
        let (text, _) = at("text", 0o644);
        let (here, expected) = at("here", 0o755);
        let (later, _) = at("later", 0o755);
        // A relative folder starts from the working directory, which may be a repository.
        let relative = format!("{}{later}", "../".repeat(64));
        assert!(Path::new(&relative).join("ssh-keygen").is_file());
        let folders = format!("{relative}::.:{text}:{here}:{later}");
        assert_eq!(program("ssh-keygen", Some(&folders)).expect("found"), expected);
        for folders in [None, Some(""), Some(relative.as_str()), Some(text.as_str())] {
            assert!(program("ssh-keygen", folders).is_err(), "{folders:?}");
        }
    }
}
