//! Packages by their URLs, <https://github.com/package-url/purl-spec>: what a URL leaves out, it takes
//! in.

use std::str::FromStr as _;

use packageurl::PackageUrl;

use super::containment::{Answer, undecided};

/// A package URL in its canonical form; what is none stays as it is.
pub(super) fn canonical(value: &str) -> String {
    PackageUrl::from_str(value).map_or_else(|_| value.to_owned(), |url| url.to_string())
}

pub(super) fn within(limit: &str, value: &str) -> Answer {
    let (Ok(limit_url), Ok(url)) = (PackageUrl::from_str(limit), PackageUrl::from_str(value))
    else {
        return undecided(limit, value);
    };
    let is_same_package = limit_url.ty() == url.ty()
        && limit_url.namespace() == url.namespace()
        && limit_url.name() == url.name();
    let is_within = is_same_package
        && limit_url.version().is_none_or(|version| url.version() == Some(version))
        && limit_url.subpath().is_none_or(|path| url.subpath() == Some(path))
        && limit_url
            .qualifiers()
            .iter()
            .all(|(key, value)| url.qualifiers().get(key).is_some_and(|other| other == value));
    is_within.into()
}

/// What two URLs have in common where one lies within the other: type, namespace and name. None where
/// the text is no URL.
pub(crate) fn package(value: &str) -> Option<String> {
    let url = PackageUrl::from_str(value).ok()?;
    Some(format!("{} {} {}", url.ty(), url.namespace().unwrap_or_default(), url.name()))
}
