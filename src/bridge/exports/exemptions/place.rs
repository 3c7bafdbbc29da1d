//! Where an exemption of Azure hangs.
//!
//! Source: the four forms of a scope in the documentation of
//! <https://learn.microsoft.com/rest/api/policy/policy-exemptions>: a management group, a
//! subscription, a resource group, or a resource in one.

/// A scope that an exemption can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Place<'a> {
    ManagementGroup(&'a str),
    Subscription(&'a str),
    ResourceGroup {
        subscription: &'a str,
        group: &'a str,
    },
    /// `Microsoft.Web/sites/NAME` in a resource group.
    Resource {
        subscription: &'a str,
        group: &'a str,
        resource: &'a str,
    },
}

impl<'a> Place<'a> {
    /// Reads a path as `/subscriptions/ID/resourceGroups/NAME`.
    pub(in super::super) fn of(path: &'a str) -> Result<Self, String> {
        // EPAC takes these for a pattern, or for what separates a name or an entry.
        if let Some(odd) = path.chars().find(|c| "*?:&".contains(*c)) {
            return Err(format!("`{path}` has `{odd}`, which no ID in Azure has"));
        }
        let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        let is = |at: usize, word: &str| parts[at].eq_ignore_ascii_case(word);
        match *parts {
            [_, name] if is(0, "managementGroups") => Ok(Self::ManagementGroup(name)),
            [_, _, _, name]
                if is(0, "providers")
                    && is(1, "Microsoft.Management")
                    && is(2, "managementGroups") =>
            {
                Ok(Self::ManagementGroup(name))
            }
            [_, subscription] if is(0, "subscriptions") => Ok(Self::Subscription(subscription)),
            [_, subscription, _, group, ref rest @ ..]
                if is(0, "subscriptions") && is(2, "resourceGroups") =>
            {
                match rest {
                    [] => Ok(Self::ResourceGroup { subscription, group }),
                    [providers, of @ ..]
                        if providers.eq_ignore_ascii_case("providers") && is_resource(of) =>
                    {
                        let n = of.iter().map(|part| part.len() + 1).sum::<usize>() - 1;
                        let resource = &path[path.len() - n..];
                        Ok(Self::Resource { subscription, group, resource })
                    }
                    _ => Err(odd(path)),
                }
            }
            _ => Err(odd(path)),
        }
    }

    /// The ID of the scope, in the one form that each tool takes.
    pub(in super::super) fn id(&self) -> String {
        match self {
            Self::ManagementGroup(name) => {
                format!("/providers/Microsoft.Management/managementGroups/{name}")
            }
            Self::Subscription(id) => format!("/subscriptions/{id}"),
            Self::ResourceGroup { subscription, group } => {
                format!("/subscriptions/{subscription}/resourceGroups/{group}")
            }
            Self::Resource { subscription, group, resource } => {
                format!("/subscriptions/{subscription}/resourceGroups/{group}/providers/{resource}")
            }
        }
    }
}

/// A provider, and pairs of a type and a name.
fn is_resource(parts: &[&str]) -> bool {
    let is_provider = |part: &&&str| part.eq_ignore_ascii_case("providers");
    parts.len() >= 3 && parts.len() % 2 == 1 && !parts.iter().any(|part| is_provider(&part))
}

fn odd(path: &str) -> String {
    format!(
        "`{path}` is neither a management group nor a subscription, a resource group or a resource in \
         one: no exemption hangs there"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exemption_hangs_at_one_of_four_kinds_of_places() {
        let group = Place::ResourceGroup { subscription: "s", group: "g" };
        let resource = Place::Resource { subscription: "s", group: "g", resource: "A.B/t/n/u/m" };
        for (path, place, id) in [
            (
                "/managementGroups/corp",
                Place::ManagementGroup("corp"),
                "/providers/Microsoft.Management/managementGroups/corp",
            ),
            (
                "/providers/microsoft.management/managementgroups/corp",
                Place::ManagementGroup("corp"),
                "/providers/Microsoft.Management/managementGroups/corp",
            ),
            ("/subscriptions/s", Place::Subscription("s"), "/subscriptions/s"),
            ("/Subscriptions/s/resourcegroups/g", group, "/subscriptions/s/resourceGroups/g"),
            (
                "/subscriptions/s/resourceGroups/g/providers/A.B/t/n/u/m",
                resource,
                "/subscriptions/s/resourceGroups/g/providers/A.B/t/n/u/m",
            ),
        ] {
            assert_eq!(Place::of(path), Ok(place), "{path}");
            assert_eq!(place.id(), id);
        }
    }

    #[test]
    fn elsewhere_it_is_refused() {
        for path in [
            "/",
            "/tenants/t",
            "/subscriptions",
            "/subscriptions/s/resourceGroups",
            "/subscriptions/s/providers/A.B/t/n",
            "/subscriptions/s/resourceGroups/g/providers/A.B/t",
            "/subscriptions/s/resourceGroups/g/providers/A.B/t/n/u",
            "/subscriptions/s/resourceGroups/g/providers/A.B/t/n/providers/C.D/u/m",
            "/subscriptions/s/resourceGroups/g/t/n",
            "/subscriptions/s/resourceGroups/rg-*",
            "/subscriptions/a:b",
        ] {
            assert!(Place::of(path).is_err(), "{path}");
        }
    }
}
