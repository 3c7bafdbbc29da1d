//! Where an exception applies: `azure:/subscriptions/8f1c…/resourceGroups/rg-model-proxy`.

use std::fmt;

/// A kind and a path of segments; a target covers those whose path begins with its own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Target {
    pub(crate) kind: String,
    pub(crate) segments: Vec<String>,
}

/// Why a text is no target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TargetError {
    NoKind,
    BadKind,
    NoPath,
    RelativePath,
    EmptySegment,
    DotSegment,
    BadCharacter(char),
    OddSegments,
}

/// How much of a kind's hierarchy a target takes in: an index into its levels, broadest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Breadth(pub(crate) usize);

impl Target {
    /// Reads `kind:/segment/segment`.
    pub(crate) fn parse(text: &str) -> Result<Self, TargetError> {
        let (kind, path) = text.split_once(':').ok_or(TargetError::NoKind)?;
        let is_word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if kind.is_empty() || !kind.bytes().all(is_word) {
            return Err(TargetError::BadKind);
        }
        if let Some(bad) = path.chars().find(|&c| !c.is_ascii_graphic()) {
            return Err(TargetError::BadCharacter(bad));
        }
        let path = match path.strip_prefix('/') {
            _ if path.is_empty() || path == "/" => return Err(TargetError::NoPath),
            Some(path) => path,
            None => return Err(TargetError::RelativePath),
        };
        let segments: Vec<String> = path.split('/').map(str::to_owned).collect();
        if segments.iter().any(String::is_empty) {
            return Err(TargetError::EmptySegment);
        }
        if segments.iter().any(|segment| segment == "." || segment == "..") {
            return Err(TargetError::DotSegment);
        }
        Ok(Self { kind: kind.to_owned(), segments })
    }

    /// Whether everything at `other` is also at `self`, compared segment by segment.
    /// Names are compared without regard to ASCII case, as Azure and GitHub do.
    pub(crate) fn covers(&self, other: &Self) -> bool {
        self.kind == other.kind
            && self.segments.len() <= other.segments.len()
            && self.segments.iter().zip(&other.segments).all(|(a, b)| a.eq_ignore_ascii_case(b))
    }

    pub(crate) fn has_wildcard(&self) -> bool {
        self.segments.iter().any(|segment| segment.contains(['*', '?']))
    }

    /// Where the target stands among its kind's levels, broadest first.
    ///
    /// A path that starts with a level's name alternates names and values, as in
    /// `/subscriptions/ID/resourceGroups/NAME`; any other path has one segment a level. What lies
    /// below the last level counts as the last level. Azure writes a management group below the
    /// provider that manages it; what follows the provider counts.
    pub(crate) fn breadth(&self, levels: &[String]) -> Result<Breadth, TargetError> {
        let named = |name: &str| levels.iter().position(|level| level.eq_ignore_ascii_case(name));
        let narrowest = levels.len().saturating_sub(1);
        let segments = match self.segments.as_slice() {
            [providers, provider, level, ..]
                if providers.eq_ignore_ascii_case("providers")
                    && provider.eq_ignore_ascii_case("Microsoft.Management")
                    && named(level).is_some() =>
            {
                &self.segments[2..]
            }
            segments => segments,
        };
        if named(&segments[0]).is_none() {
            return Ok(Breadth((segments.len() - 1).min(narrowest)));
        }
        if segments.len() % 2 == 1 {
            return Err(TargetError::OddSegments);
        }
        let deepest = segments.iter().step_by(2).map(|name| named(name).unwrap_or(narrowest));
        Ok(Breadth(deepest.max().unwrap_or(narrowest)))
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:/{}", self.kind, self.segments.join("/"))
    }
}

impl fmt::Display for TargetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoKind => f.write_str("it has no kind before a `:`"),
            Self::BadKind => f.write_str("its kind is not lower-case letters, digits and `-`"),
            Self::NoPath => f.write_str("it names no path after the kind"),
            Self::RelativePath => f.write_str("its path does not start with `/`"),
            Self::EmptySegment => f.write_str("its path has an empty segment"),
            Self::DotSegment => f.write_str("its path has a `.` or `..` segment"),
            Self::BadCharacter(c) => write!(f, "its path contains `{c}`"),
            Self::OddSegments => f.write_str("its last level has no name"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(text: &str) -> Target {
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
    }

    #[test]
    fn breadth_follows_level_names_or_depth() {
        let azure = ["managementGroups", "subscriptions", "resourceGroups", "resource"];
        let azure = azure.map(str::to_owned);
        let breadth = |text: &str| target(text).breadth(&azure).map(|breadth| breadth.0);
        assert_eq!(breadth("azure:/subscriptions/s"), Ok(1));
        assert_eq!(breadth("azure:/subscriptions/s/resourceGroups/g"), Ok(2));
        assert_eq!(breadth("azure:/subscriptions/s/resourcegroups/g/providers/p/t/n"), Ok(3));
        assert_eq!(breadth("azure:/subscriptions"), Err(TargetError::OddSegments));
        let management_group = "azure:/providers/Microsoft.Management/managementGroups/root";
        assert_eq!(breadth(management_group), Ok(0));

        let github = ["org", "repo", "path"].map(str::to_owned);
        let breadth = |text: &str| target(text).breadth(&github).map(|breadth| breadth.0);
        assert_eq!(breadth("github:/example-org"), Ok(0));
        assert_eq!(breadth("github:/example-org/gateway/src/main.rs"), Ok(2));
    }
}
