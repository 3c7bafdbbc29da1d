//! Packages by their URLs, <https://github.com/package-url/purl-spec>: what a URL leaves out, it takes
//! in.
//!
//! The specification writes the names of npm and Go in small letters, and their registries and tools tell
//! `JSONStream` from `jsonstream`: here they are compared as they are written.

use std::str::FromStr as _;

use packageurl::PackageUrl;

use super::containment::{Answer, undecided};

/// Types of which the letters of a name count.
const EXACT: [&str; 2] = ["golang", "npm"];
/// A type of whose names nothing is known, so that they stay as they are.
const NEUTRAL: &str = "generic";

/// A package URL with the letters of its name as they are written.
struct Url {
    kind: String,
    /// The rest, of another type where the letters count.
    rest: PackageUrl<'static>,
}

impl Url {
    /// None where the text is no package URL.
    fn parse(text: &str) -> Option<Self> {
        let url = PackageUrl::from_str(text).ok()?;
        let kind = url.ty().to_owned();
        if !EXACT.contains(&&*kind) {
            return Some(Self { kind, rest: url });
        }
        let (_, parts) = text.split_once(':')?;
        let (_, parts) = parts.trim_start_matches('/').split_once('/')?;
        let rest = PackageUrl::from_str(&format!("pkg:{NEUTRAL}/{parts}")).ok()?;
        Some(Self { kind, rest })
    }

    fn new(kind: &str, namespace: Option<&str>, name: &str, version: &str) -> Option<Self> {
        let of_rest = if EXACT.contains(&kind) { NEUTRAL } else { kind };
        let mut rest = PackageUrl::new(of_rest.to_owned(), name.to_owned()).ok()?;
        if let Some(namespace) = namespace {
            rest.with_namespace(namespace.to_owned()).ok()?;
        }
        if !version.is_empty() {
            rest.with_version(version.to_owned()).ok()?;
        }
        Some(Self { kind: kind.to_owned(), rest })
    }

    fn canonical(&self) -> String {
        let written = self.rest.to_string();
        match written.split_once('/') {
            Some((_, parts)) => format!("pkg:{}/{parts}", self.kind),
            None => written,
        }
    }
}

/// A package URL in its canonical form; what is none stays as it is.
pub(super) fn canonical(value: &str) -> String {
    Url::parse(value).map_or_else(|| value.to_owned(), |url| url.canonical())
}

/// The URL of a package, of every version where `version` is empty. None where the type has no such
/// names.
pub(crate) fn package_url(
    kind: &str,
    namespace: Option<&str>,
    name: &str,
    version: &str,
) -> Option<String> {
    Url::new(kind, namespace, name, version).map(|url| url.canonical())
}

/// What two URLs have in common where one lies within the other, or a tool may take their packages for the
/// same: type, namespace and name in small letters, with one sign for all that separates words. None where
/// the text is no URL.
pub(crate) fn package_family(value: &str) -> Option<String> {
    let Url { kind, rest } = Url::parse(value)?;
    let written = format!("{kind} {} {}", rest.namespace().unwrap_or_default(), rest.name());
    let mut family = String::new();
    for c in written.to_lowercase().chars().map(|c| if "_.".contains(c) { '-' } else { c }) {
        if !(c == '-' && family.ends_with('-')) {
            family.push(c);
        }
    }
    Some(family)
}

/// The type of a URL, and whether the letters that are compared of its name are not all small. None where
/// the text is no URL.
pub(crate) fn package_letters(value: &str) -> Option<(String, bool)> {
    let Url { kind, rest } = Url::parse(value)?;
    let mut letters = rest.namespace().unwrap_or_default().chars().chain(rest.name().chars());
    Some((kind, letters.any(char::is_uppercase)))
}

pub(super) fn within(limit: &str, value: &str) -> Answer {
    let (Some(limit), Some(url)) = (Url::parse(limit), Url::parse(value)) else {
        return undecided(limit, value);
    };
    let is_same_kind = limit.kind == url.kind;
    let (limit, url) = (limit.rest, url.rest);
    let is_same_package =
        is_same_kind && limit.namespace() == url.namespace() && limit.name() == url.name();
    let is_within = is_same_package
        && limit.version().is_none_or(|version| url.version() == Some(version))
        && limit.subpath().is_none_or(|path| url.subpath() == Some(path))
        && limit
            .qualifiers()
            .iter()
            .all(|(key, value)| url.qualifiers().get(key).is_some_and(|other| other == value));
    is_within.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_letters_of_a_name_count_in_npm_and_go_and_not_where_the_index_folds_them() {
        for (one, other, is_same) in [
            ("pkg:npm/JSONStream@1", "pkg:npm/jsonstream@1", false),
            ("pkg:npm/%40Scope/a@1", "pkg:npm/%40scope/a@1", false),
            ("pkg:golang/github.com/Azure/x@v1", "pkg:golang/github.com/azure/x@v1", false),
            ("pkg:golang/github.com/a/X@v1", "pkg:golang/github.com/a/x@v1", false),
            ("pkg:cargo/Inflector@1", "pkg:cargo/inflector@1", false),
            ("pkg:NPM/a@1", "pkg:npm/a@1", true),
            ("pkg://npm/%40s/a@1", "pkg:npm/@s/a@1", true),
            ("pkg:pypi/Foo_Bar@1", "pkg:pypi/foo-bar@1", true),
            ("pkg:composer/A/B@1", "pkg:composer/a/b@1", true),
        ] {
            assert_eq!(canonical(one) == canonical(other), is_same, "{one} {other}");
            assert_eq!(within(one, other) == Answer::Yes, is_same, "{one} {other}");
            let every = one.trim_end_matches("@1").trim_end_matches("@v1");
            assert_eq!(within(every, one), Answer::Yes, "{every}");
        }
    }

    #[test]
    fn a_family_is_what_no_tool_takes_for_several_packages() {
        for (one, other, is_same) in [
            ("pkg:npm/JSONStream@1", "pkg:npm/jsonstream@2", true),
            ("pkg:golang/github.com/Azure/x", "pkg:golang/github.com/azure/x@v1#y", true),
            ("pkg:pypi/zope.interface", "pkg:pypi/zope-_interface", true),
            ("pkg:npm/a", "pkg:cargo/a", false),
            ("pkg:npm/%40s/a", "pkg:npm/a", false),
            ("pkg:golang/a.b/c", "pkg:golang/a.b/d", false),
        ] {
            assert_eq!(package_family(one) == package_family(other), is_same, "{one} {other}");
        }
        assert_eq!(package_family("a"), None);
    }

    #[test]
    fn a_url_of_parts_is_the_one_that_is_written() {
        for (kind, namespace, name, version, url) in [
            ("npm", Some("@Scope"), "JSONStream", "1", "pkg:npm/%40Scope/JSONStream@1"),
            ("golang", Some("github.com/Azure"), "x", "", "pkg:golang/github.com/Azure/x"),
            ("pypi", None, "Foo_Bar", "2", "pkg:pypi/foo-bar@2"),
        ] {
            let made = package_url(kind, namespace, name, version).expect("a URL");
            assert_eq!((made.as_str(), canonical(&made).as_str()), (url, url));
        }
        assert_eq!(package_url("cargo", Some("a"), "b", ""), None);
    }
}
