//! How much a target takes in: the grammars of paths.
//!
//! Targets of the kind `azure` are Microsoft's resource IDs, which alternate names and values. A
//! path of any other kind has one part for each level. What a grammar does not understand never
//! makes a target narrower: it is refused, or the target counts as the level above.

use super::target::{Target, TargetError};

pub(crate) const AZURE: &str = "azure";
/// All levels that a kind `azure` can have, broadest first.
pub(crate) const AZURE_LEVELS: [&str; 4] =
    ["managementGroups", "subscriptions", "resourceGroups", "resource"];

/// First words of addresses on GitHub and of its API, none of which an owner can be called.
const GITHUB_WORDS: [&str; 10] = [
    "apps",
    "enterprise",
    "enterprises",
    "organisations",
    "organizations",
    "orgs",
    "repos",
    "repositories",
    "teams",
    "users",
];

/// How much of a kind's hierarchy a target takes in: an index into its levels, broadest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Breadth(pub(crate) usize);

impl Target<'_> {
    /// Where the target stands among its kind's levels, broadest first. What lies below the last
    /// level counts as the last level.
    pub(crate) fn breadth(&self, levels: &[String]) -> Result<Breadth, TargetError> {
        if self.kind() == AZURE {
            // A level that the policy leaves out counts as the one above it.
            let named = |name: &&str| levels.iter().position(|it| it.eq_ignore_ascii_case(name));
            let known = AZURE_LEVELS[..=self.azure_level()?].iter().rev().find_map(named);
            return known.map(Breadth).ok_or(TargetError::AboveLevels);
        }
        let first = self.segments().next().unwrap_or_default();
        if levels.iter().any(|level| level.eq_ignore_ascii_case(first)) {
            return Err(TargetError::LevelName);
        }
        if self.kind() == "github" {
            github_owner(first)?;
        }
        let depth = self.n_segments().min(levels.len());
        Ok(Breadth(depth.saturating_sub(1)))
    }

    /// An index into [`AZURE_LEVELS`].
    fn azure_level(&self) -> Result<usize, TargetError> {
        let [management_groups, subscriptions, resource_groups, _] = AZURE_LEVELS;
        let n_segments = self.n_segments();
        let mut names = self.segments().step_by(2);
        let (first, second, third) = (names.next(), names.next(), names.next());
        let is = |segment: Option<&str>, name: &str| {
            segment.is_some_and(|it| it.eq_ignore_ascii_case(name))
        };
        let level = if is(first, management_groups) {
            if is(second, subscriptions) {
                // The same place would have two names, of which neither covers the other.
                return Err(TargetError::BelowManagementGroup);
            }
            if is(second, resource_groups) {
                return Err(TargetError::NoSubscription);
            }
            0
        } else if is(first, subscriptions) {
            // `…/providers/PROVIDER/TYPE/NAME` is the shortest resource of a group.
            let is_resource = is(third, "providers") && n_segments >= 8;
            match is(second, resource_groups) {
                true if is_resource => 3,
                true => 2,
                false => 1,
            }
        } else if is(first, resource_groups) {
            return Err(TargetError::NoSubscription);
        } else {
            return Err(TargetError::NoLevel);
        };
        if n_segments % 2 == 1 { Err(TargetError::OddSegments) } else { Ok(level) }
    }
}

/// Whether an owner on GitHub, a person or an organization, can have this name. `_` stands in the
/// names of people whom an enterprise manages.
fn github_owner(name: &str) -> Result<(), TargetError> {
    if GITHUB_WORDS.iter().any(|word| word.eq_ignore_ascii_case(name)) {
        return Err(TargetError::ReservedWord);
    }
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if name.bytes().all(is_letter) { Ok(()) } else { Err(TargetError::NoOwner) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breadth(text: &str, levels: &[&str]) -> Result<usize, TargetError> {
        let levels: Vec<String> = levels.iter().map(|&level| level.to_owned()).collect();
        Target::parse(text).expect("a target").breadth(&levels).map(|breadth| breadth.0)
    }

    #[test]
    fn an_azure_target_is_as_broad_as_the_levels_it_starts_with() {
        let breadth = |text| breadth(text, &AZURE_LEVELS);
        assert_eq!(breadth("azure:/subscriptions/s"), Ok(1));
        assert_eq!(breadth("azure:/subscriptions/s/providers/p/t/n"), Ok(1));
        assert_eq!(breadth("azure:/subscriptions/s/providers/p/resourceGroups/g"), Ok(1));
        assert_eq!(breadth("azure:/subscriptions/s/resourceGroups/g"), Ok(2));
        assert_eq!(breadth("azure:/subscriptions/s/resourceGroups/g/providers/p"), Ok(2));
        assert_eq!(breadth("azure:/subscriptions/s/resourceGroups/g/tags/a/b/c"), Ok(2));
        assert_eq!(breadth("azure:/subscriptions/s/resourcegroups/g/providers/p/t/n"), Ok(3));
        assert_eq!(breadth("azure:/subscriptions/s/resourceGroups/g/providers/p/t/n/u/m"), Ok(3));
        let management_group = "azure:/providers/Microsoft.Management/managementGroups/root";
        assert_eq!(breadth(management_group), Ok(0));
    }

    #[test]
    fn a_level_of_azure_without_a_name_is_no_target() {
        for text in [
            "azure:/subscriptions",
            "azure:/subscriptions/s/resourceGroups",
            "azure:/subscriptions/s/resourceGroups/g/providers/p/t",
            "azure:/providers/Microsoft.Management/managementGroups",
        ] {
            assert_eq!(breadth(text, &AZURE_LEVELS), Err(TargetError::OddSegments), "{text}");
        }
    }

    #[test]
    fn a_level_that_the_policy_leaves_out_counts_as_the_one_above() {
        let levels = ["subscriptions", "resource"];
        let group = "azure:/subscriptions/s/resourceGroups/g";
        assert_eq!(breadth(group, &levels), Ok(0));
        assert_eq!(breadth(&format!("{group}/providers/p/t/n"), &levels), Ok(1));
        assert_eq!(breadth("azure:/managementGroups/m", &levels), Err(TargetError::AboveLevels));
    }

    #[test]
    fn any_other_kind_has_one_part_for_each_level() {
        let breadth = |text| breadth(text, &["org", "repo", "path"]);
        assert_eq!(breadth("github:/example-org"), Ok(0));
        assert_eq!(breadth("github:/example-org/gateway"), Ok(1));
        assert_eq!(breadth("github:/example-org/gateway/src/main.rs"), Ok(2));
        assert_eq!(breadth("github:/org/example-org"), Err(TargetError::LevelName));
        assert_eq!(breadth("github:/orgs/example-org"), Err(TargetError::ReservedWord));
        assert_eq!(breadth("github:/github.com/example-org"), Err(TargetError::NoOwner));
        assert_eq!(breadth("gitlab:/orgs/example-org"), Ok(1));
    }
}
