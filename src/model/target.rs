//! Where an exception applies: `azure:/subscriptions/8f1c…/resourceGroups/rg-model-proxy`.

use std::fmt;

use super::breadth::AZURE;

/// Bytes of the longest target. With [`MAX_SEGMENTS`] it bounds what a comparison costs.
const MAX_BYTES: usize = 2048;
const MAX_SEGMENTS: usize = 64;
/// A management group stands below the provider that manages it or by itself, which is one place.
const MANAGEMENT: &str = "/providers/Microsoft.Management";
const MANAGEMENT_GROUPS: &str = "/managementGroups";

/// A kind and a path of segments; a target covers those whose path begins with its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Target<'a> {
    /// As written.
    text: &'a str,
    /// Bytes of the kind.
    kind: usize,
    /// Where the first segment starts that counts.
    path: usize,
    n_segments: usize,
}

/// Why a text is no target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TargetError {
    TooLong,
    NoKind,
    BadKind,
    NoPath,
    RelativePath,
    EmptySegment,
    DotSegment,
    BadCharacter(char),
    /// A `,` before another path, or before another target.
    Several,
    TooManySegments,
    /// `azure`: the path starts with something else than a level.
    NoLevel,
    /// `azure`: a resource group that no subscription holds.
    NoSubscription,
    /// `azure`: a subscription in a management group, a place that has another name.
    BelowManagementGroup,
    /// `azure`: a level without a name.
    OddSegments,
    /// `azure`: broader than all levels of the policy.
    AboveLevels,
    /// The name of a level where the name of one is expected.
    LevelName,
    /// `github`: a word that can be no owner's name.
    ReservedWord,
    /// `github`: characters that no owner's name has.
    NoOwner,
}

impl<'a> Target<'a> {
    /// Reads `kind:/segment/segment`.
    pub(crate) fn parse(text: &'a str) -> Result<Self, TargetError> {
        if text.len() > MAX_BYTES {
            return Err(TargetError::TooLong);
        }
        let (kind, path) = text.split_once(':').ok_or(TargetError::NoKind)?;
        if kind.is_empty() || !kind.bytes().all(is_word) {
            return Err(TargetError::BadKind);
        }
        if path.contains(',') && is_list(path) {
            return Err(TargetError::Several);
        }
        let mut n_segments = match path.strip_prefix('/') {
            _ if path.is_empty() || path == "/" => return Err(TargetError::NoPath),
            Some(segments) => count_segments(segments)?,
            None => return Err(TargetError::RelativePath),
        };
        let mut first = kind.len() + ":/".len();
        if kind == AZURE && starts_with(path, MANAGEMENT) {
            let rest = &path[MANAGEMENT.len()..];
            if starts_with(rest, MANAGEMENT_GROUPS)
                && matches!(rest.as_bytes().get(MANAGEMENT_GROUPS.len()), None | Some(b'/'))
            {
                first += MANAGEMENT.len();
                n_segments -= 2;
            }
        }
        Ok(Self { text, kind: kind.len(), path: first, n_segments })
    }

    pub(crate) fn kind(&self) -> &'a str {
        &self.text[..self.kind]
    }

    /// The parts of the path, broadest first; at least one.
    pub(crate) fn segments(&self) -> impl Iterator<Item = &'a str> + Clone + use<'a> {
        self.text[self.path..].split('/')
    }

    /// Whether everything at `other` is also at `self`, compared segment by segment.
    /// Names are compared without regard to ASCII case, as Azure and GitHub do.
    pub(crate) fn covers(&self, other: &Target<'_>) -> bool {
        let mut others = other.segments();
        let is_met = |segment: &str| others.next().is_some_and(|s| s.eq_ignore_ascii_case(segment));
        self.kind() == other.kind() && self.segments().all(is_met)
    }

    pub(crate) fn n_segments(&self) -> usize {
        self.n_segments
    }

    pub(crate) fn has_wildcard(&self) -> bool {
        self.text.bytes().any(|byte| matches!(byte, b'*' | b'?'))
    }

    /// The target in the one form in which all that are the same are equal: `azure:/subscriptions/…`
    /// in lower case.
    pub(crate) fn key(&self) -> String {
        let mut key = [self.kind(), ":/", &self.text[self.path..]].concat();
        key.make_ascii_lowercase();
        key
    }
}

/// A key and those of all targets around it, nearest first.
pub(crate) fn enclosing(key: &str) -> impl Iterator<Item = &str> {
    let root = key.find('/').unwrap_or(key.len());
    let cuts = key.rmatch_indices('/').map(|(at, _)| at).take_while(move |&at| at > root);
    std::iter::once(key).chain(cuts.map(|at| &key[..at]))
}

/// Whether a byte may stand in a kind.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'
}

/// Whether a path goes on with another one behind a `,`.
fn is_list(path: &str) -> bool {
    path.split(',').skip(1).any(|next| {
        let next = next.trim_start_matches(' ');
        let kind = next.bytes().take_while(|byte| is_word(*byte)).count();
        next.starts_with('/') || (kind > 0 && next[kind..].starts_with(":/"))
    })
}

/// Looks once at each byte after the first `/`.
fn count_segments(path: &str) -> Result<usize, TargetError> {
    let (mut n_segments, mut length, mut n_dots) = (1, 0, 0);
    let end = |length: usize, n_dots: usize| match length {
        0 => Err(TargetError::EmptySegment),
        _ if n_dots == length => Err(TargetError::DotSegment),
        _ => Ok(()),
    };
    for (at, byte) in path.bytes().enumerate() {
        if byte == b'/' {
            end(length, n_dots)?;
            (n_segments, length, n_dots) = (n_segments + 1, 0, 0);
        } else if PLAIN[usize::from(byte)] {
            length += 1;
            n_dots += usize::from(byte == b'.');
        } else {
            let bad = path[at..].chars().next().unwrap_or_default();
            return Err(TargetError::BadCharacter(bad));
        }
    }
    end(length, n_dots)?;
    if n_segments > MAX_SEGMENTS { Err(TargetError::TooManySegments) } else { Ok(n_segments) }
}

/// Whether every reader takes a byte of a path for itself: no part of an encoding, an escape, a
/// pattern, a fragment or a quotation. Wildcards have a rule of their own.
const fn is_plain(byte: u8) -> bool {
    match byte {
        b'%' | b'\\' | b'#' | b';' | b'{' | b'}' | b'[' | b']' | b'+' | b'^' | b'$' | b'|'
        | b'<' | b'>' | b'"' | b'\'' | b'`' => false,
        _ => byte.is_ascii_graphic(),
    }
}

/// [`is_plain`] of every byte.
const PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte: u8 = 0;
    while byte < 128 {
        plain[byte as usize] = is_plain(byte);
        byte += 1;
    }
    plain
};

fn starts_with(text: &str, start: &str) -> bool {
    text.get(..start.len()).is_some_and(|it| it.eq_ignore_ascii_case(start))
}

impl fmt::Display for Target<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}

impl fmt::Display for TargetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(f, "it has more than {MAX_BYTES} bytes"),
            Self::NoKind => f.write_str("it has no kind before a `:`"),
            Self::BadKind => f.write_str("its kind is not lower-case letters, digits and `-`"),
            Self::NoPath => f.write_str("it names no path after the kind"),
            Self::RelativePath => f.write_str("its path does not start with `/`"),
            Self::EmptySegment => f.write_str("its path has an empty segment"),
            Self::DotSegment => f.write_str("its path has a segment of nothing but dots"),
            Self::BadCharacter('`') => f.write_str("its path contains a backtick"),
            Self::BadCharacter(c) => write!(f, "its path contains `{c}`"),
            Self::Several => f.write_str("it is several, with `,` between them"),
            Self::TooManySegments => write!(f, "its path has more than {MAX_SEGMENTS} parts"),
            Self::NoLevel => f.write_str(
                "its path does not start with a level, `subscriptions` or `managementGroups`",
            ),
            Self::NoSubscription => f.write_str("its resource group stands below no subscription"),
            Self::BelowManagementGroup => {
                f.write_str("its subscription stands below a management group")
            }
            Self::OddSegments => f.write_str("its last level has no name"),
            Self::AboveLevels => f.write_str("it is broader than all levels of the policy"),
            Self::LevelName => f.write_str("its path starts with the name of a level"),
            Self::ReservedWord => f.write_str("its path starts with a word of GitHub's own"),
            Self::NoOwner => f.write_str("its path starts with what no owner on GitHub is called"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(text: &str) -> Target<'_> {
        Target::parse(text).expect("a target")
    }

    #[test]
    fn containment_is_by_segments_not_by_string_prefix() {
        let group = target("azure:/subscriptions/s1/resourceGroups/rg");
        assert!(target("azure:/subscriptions/s1").covers(&group));
        assert!(group.covers(&group));
        assert!(!group.covers(&target("azure:/subscriptions/s1/resourceGroups/rg-proxy")));
        assert!(!group.covers(&target("azure:/subscriptions/s1")));
    }

    #[test]
    fn kinds_never_cover_each_other() {
        assert!(!target("azure:/a").covers(&target("github:/a/b")));
    }

    #[test]
    fn names_are_compared_without_case() {
        assert!(target("azure:/SUBSCRIPTIONS/s1").covers(&target("azure:/subscriptions/S1/x/y")));
    }

    #[test]
    fn what_is_no_target_says_why() {
        let error = |text| Target::parse(text).expect_err("no target");
        assert_eq!(error("rg-proxy"), TargetError::NoKind);
        assert_eq!(error("Azure:/a"), TargetError::BadKind);
        assert_eq!(error("azure:"), TargetError::NoPath);
        assert_eq!(error("azure:/"), TargetError::NoPath);
        assert_eq!(error("azure:a"), TargetError::RelativePath);
        assert_eq!(error("azure:/a//b"), TargetError::EmptySegment);
        assert_eq!(error("azure:/a/"), TargetError::EmptySegment);
        assert_eq!(error("azure:/a/../b"), TargetError::DotSegment);
        assert_eq!(error("azure:/a b"), TargetError::BadCharacter(' '));
        assert_eq!(error("service:/a/x,service:/b/y"), TargetError::Several);
        assert_eq!(error("service:/a/x, service:/b/y"), TargetError::Several);
        assert_eq!(error("service:/a/x,/b/y"), TargetError::Several);
        assert_eq!(Target::parse("service:/a,b/c").err(), None);
    }

    #[test]
    fn a_path_has_64_parts_and_2048_bytes_at_most() {
        let error = |text: &str| Target::parse(text).err();
        let parts = |n: usize| format!("service:{}", "/a".repeat(n));
        assert_eq!(error(&parts(64)), None);
        assert_eq!(error(&parts(65)), Some(TargetError::TooManySegments));
        let bytes = |n: usize| format!("s:/{}", "a".repeat(n - 3));
        assert_eq!(error(&bytes(2048)), None);
        assert_eq!(error(&bytes(2049)), Some(TargetError::TooLong));
    }

    #[test]
    fn both_forms_of_a_management_group_are_one_target() {
        let short = target("azure:/managementGroups/m");
        let long = target("azure:/Providers/microsoft.management/managementGroups/M");
        assert_eq!(long.key(), short.key());
        assert!(short.covers(&long) && long.covers(&short));
        for other in [
            "azure:/providers/Microsoft.Management/managementGroupsX/m",
            "other:/providers/Microsoft.Management/managementGroups/m",
        ] {
            assert_eq!(target(other).key(), other.to_ascii_lowercase());
        }
    }

    #[test]
    fn what_is_around_a_target_is_listed_from_near_to_far() {
        let around: Vec<&str> = enclosing("azure:/a/b/c").collect();
        assert_eq!(around, ["azure:/a/b/c", "azure:/a/b", "azure:/a"]);
    }
}
