//! What the reader makes of exemptions and of templates.

use super::super::testing;
use super::*;

const GROUP: &str = "/subscriptions/s/resourceGroups/g";
const ASSIGNMENT: &str =
    "/subscriptions/s/providers/Microsoft.Authorization/policyAssignments/deny";

fn all(text: &str) -> Vec<Suppression> {
    testing::all(&FORMAT, "live.json", text)
}

fn reach_of(scope: &str, references: &[&str]) -> Reach {
    Reach::of(Tool::AzurePolicy)
        .limited(Dimension::Place, [format!("azure:{scope}")])
        .limited(Dimension::Policy, [ASSIGNMENT.to_owned()])
        .limited(Dimension::Id, references.iter().map(|it| (*it).to_owned()))
}

/// An exemption of a list, with further properties.
fn listed(more: &str) -> String {
    format!(
        "[{{\"id\": \"{GROUP}/providers/Microsoft.Authorization/policyExemptions/a\", \"name\": \"a\",\
         \"properties\": {{\"policyAssignmentId\": \"{ASSIGNMENT}\",\
         \"exemptionCategory\": \"waiver\"{more}}}}}]"
    )
}

/// The exemption `a` as a resource of a template, with further keys beside its properties.
fn exemption(more: &str) -> String {
    format!(
        "{{\"type\": \"Microsoft.Authorization/policyExemptions\", \"name\": \"a\"{more},\
         \"properties\": {{\"policyAssignmentId\": \"{ASSIGNMENT}\",\
         \"exemptionCategory\": \"Waiver\"}}}}"
    )
}

/// A nested deployment of these resources, with the keys that say where.
fn deployment(to: &str, resources: &str) -> String {
    format!(
        "{{\"type\": \"Microsoft.Resources/deployments\", \"name\": \"d\"{to},\
         \"properties\": {{\"template\": {{\"resources\": {resources}}}}}}}"
    )
}

fn template(resources: &str) -> String {
    format!("{{\"$schema\": \"x\", \"resources\": {resources}}}")
}

/// Where the one exemption of a template hangs.
fn place(text: &str) -> Result<String, String> {
    let mut found = all(text);
    assert_eq!(found.len(), 1, "{text}");
    let reach = found.remove(0).reach?;
    let place = reach[0].written(Dimension::Place).next().expect("a place");
    Ok(place.strip_prefix("azure:").expect("a place in Azure").to_owned())
}

#[test]
fn an_exemption_is_the_same_in_each_shape_of_a_list() {
    let list = listed(
        ", \"policyDefinitionReferenceIds\": [\"r\"], \"expiresOn\": \"2027-02-01T00:00:00.0000000Z\"",
    );
    let flat = list.replace("\"properties\": {", "").replacen("}}]", "}]", 1);
    for text in [
        list.clone(),
        flat,
        format!("{{\"value\": {list}}}"),
        format!("{{\"data\": {list}}}"),
        list.replace("policyAssignmentId", "POLICYASSIGNMENTID")
            .replace("properties", "Properties"),
    ] {
        let found = all(&text);
        assert_eq!(found.len(), 1, "{text}");
        assert_eq!(found[0].reach, Ok(vec![reach_of(GROUP, &["r"])]), "{text}");
        assert_eq!(found[0].end, End::midnight("2027-02-01".parse().expect("a day")), "{text}");
        assert_eq!(found[0].notes, Vec::<String>::new());
    }
}

#[test]
fn what_is_listed_twice_is_one() {
    let list = listed("");
    let twice = format!("{},{}", &list[..list.len() - 1], &list[1..].to_uppercase());
    assert_eq!(all(&list).len(), 1);
    assert_eq!(all(&twice.replace("\"ID\"", "\"id\"")).len(), 1);
    // What says something else under the same id is judged, too, in either order.
    let wider = list[1..].replace("waiver", "mitigated");
    let both = format!("{},{}", &list[..list.len() - 1], wider);
    assert_eq!(all(&both).len(), 2, "{both}");
}

#[test]
fn an_assignment_of_a_template_whose_effect_is_computed_is_unknown() {
    for properties in [
        "\"[variables('p')]\"",
        "{\"policyDefinitionId\": \"/x\", \"copy\": [{\"name\": \"notScopes\"}]}",
        "{\"policyDefinitionId\": \"/x\", \"parameters\": {\"effect\": {\"value\": \"[variables('e')]\"}}}",
    ] {
        let text = format!(
            "{{\"$schema\": \"x\", \"contentVersion\": \"1.0.0.0\", \"resources\": [{{\"type\": \"Microsoft.Authorization/policyAssignments\", \"name\": \"a\", \"properties\": {properties}}}]}}"
        );
        let found = all(&text);
        assert!(found.len() == 1 && found[0].reach.is_err(), "{text}: {found:?}");
    }
}

#[test]
fn a_list_that_goes_on_is_not_read_as_if_it_were_whole() {
    let page = format!("{{\"value\": {}, \"nextLink\": \"https://x\"}}", listed(""));
    assert!(testing::fault(&FORMAT, "a.json", page.as_bytes()).1.contains("fetch all pages"));
    assert_eq!(all(&page.replace("\"https://x\"", "null")).len(), 1);
}

#[test]
fn an_exemption_that_may_lie_outside_of_its_assignment_says_so() {
    let notes = |more: &str| all(&listed(more)).remove(0).notes;
    assert_eq!(notes(", \"assignmentScopeValidation\": \"Default\""), Vec::<String>::new());
    let told = notes(", \"assignmentScopeValidation\": \"donotvalidate\"");
    assert!(told[0].starts_with("`DoNotValidate`"), "{told:?}");
    // The singular is no key: the whole assignment is exempted.
    let told = notes(", \"policyDefinitionReferenceId\": [\"r\"]");
    assert!(told[0].contains("the whole assignment"), "{told:?}");
}

#[test]
fn selectors_narrow_and_a_list_of_them_is_their_union() {
    let selector = |kind: &str, word: &str, value: &str| {
        format!("{{\"selectors\": [{{\"kind\": \"{kind}\", \"{word}\": [\"{value}\"]}}]}}")
    };
    let reach = |selectors: &str| {
        let more = format!(", \"resourceSelectors\": [{selectors}]");
        all(&listed(&more)).remove(0).reach.expect("a reach")
    };
    let east = selector("resourceLocation", "in", "East US");
    let west = selector("resourceLocation", "in", "westus");
    let is_same = |one: &str, other: &str| {
        let (one, other) = (reach(one), reach(other));
        testing::covers(&one[0], &other[0]) && testing::covers(&other[0], &one[0])
    };
    assert!(is_same(&east, &east.replace("East US", "eastus")));
    assert!(!is_same(&east, &west));
    assert_eq!(reach(&format!("{east}, {west}")).len(), 2);
    assert!(testing::covers(&reach("")[0], &reach(&east)[0]));
    assert!(!testing::covers(&reach(&east)[0], &reach("")[0]));
    let without = selector("resourceLocation", "notIn", "eastus");
    assert!(is_same(&without, &without.replace("eastus", "East US")));
    assert!(!testing::covers(&reach(&east)[0], &reach(&without)[0]));
}

#[test]
fn selectors_without_end_are_unknown() {
    let one = "{\"kind\": \"resourceLocation\", \"in\": [\"a\"]}";
    let unknown = |selectors: &str| {
        let more = format!(", \"resourceSelectors\": [{selectors}]");
        all(&listed(&more)).remove(0).reach.expect_err("unknown")
    };
    let together = format!("{{\"selectors\": [{}]}}", [one; 101].join(", "));
    assert_eq!(unknown(&together), "more than 100 selectors have to hold together");
    let either = ["{}"; 50_000].join(", ");
    assert!(unknown(&either).starts_with("it has more than 100000 combinations"));
}

#[test]
fn an_exemption_hangs_where_its_nested_deployment_is_deployed_to() {
    let one = format!("[{}]", exemption(""));
    for (to, at) in [
        (", \"subscriptionId\": \"s\"", "/subscriptions/s"),
        (", \"subscriptionId\": \"s\", \"resourceGroup\": \"g\"", GROUP),
        (
            ", \"scope\": \"Microsoft.Management/managementGroups/corp\"",
            "/providers/Microsoft.Management/managementGroups/corp",
        ),
        (", \"Scope\": \"/subscriptions/s/\"", "/subscriptions/s"),
    ] {
        let nested = deployment(to, &one);
        assert_eq!(place(&template(&format!("[{nested}]"))), Ok(at.to_owned()), "{to}");
        // A deployment that says nothing is where the one around it is.
        let deeper = deployment(to, &format!("[{}]", deployment("", &one)));
        assert_eq!(place(&template(&format!("[{deeper}]"))), Ok(at.to_owned()), "{to}");
    }
    let group = deployment(", \"resourceGroup\": \"g\"", &one);
    let within = deployment(", \"subscriptionId\": \"s\"", &format!("[{group}]"));
    assert_eq!(place(&template(&format!("[{within}]"))), Ok(GROUP.to_owned()));
}

#[test]
fn the_scope_of_an_exemption_is_an_id_or_a_resource_of_the_deployment() {
    let place = |scope: &str| {
        let one = exemption(&format!(", \"scope\": \"{scope}\""));
        let to = ", \"subscriptionId\": \"s\", \"resourceGroup\": \"g\"";
        super::tests::place(&template(&format!("[{}]", deployment(to, &format!("[{one}]")))))
    };
    assert_eq!(place("A.B/t/n"), Ok(format!("{GROUP}/providers/A.B/t/n")));
    assert_eq!(place("A.B/t/n/u/m"), Ok(format!("{GROUP}/providers/A.B/t/n/u/m")));
    assert_eq!(place("/subscriptions/t"), Ok("/subscriptions/t".to_owned()));
    assert_eq!(
        place("microsoft.management/managementGroups/corp"),
        Ok("/providers/microsoft.management/managementGroups/corp".to_owned())
    );
    for odd in ["/", "A.B/t", "n", "[resourceId('A.B/t', 'n')]", "A.B//n", "[[x]"] {
        assert!(place(odd).is_err(), "{odd}");
    }
}

#[test]
fn where_a_deployment_goes_that_is_computed_is_unknown() {
    let one = format!("[{}]", exemption(""));
    for to in [
        "",
        ", \"resourceGroup\": \"g\"",
        ", \"subscriptionId\": \"[parameters('s')]\"",
        ", \"subscriptionId\": \"s\", \"resourceGroup\": \"[variables('g')]\"",
        ", \"scope\": \"[tenant()]\"",
        ", \"scope\": \"/\"",
        ", \"scope\": \"corp\"",
        ", \"scope\": \"/\", \"subscriptionId\": \"s\"",
    ] {
        let text = template(&format!("[{}]", deployment(to, &one)));
        assert!(place(&text).is_err(), "{to}");
    }
    assert!(place(&template(&one)).is_err());
}

#[test]
fn no_exemption_is_missed_however_it_is_nested() {
    let one = format!("[{}]", exemption(""));
    let to = ", \"subscriptionId\": \"s\"";
    let nested = deployment(to, &one);
    let shapes = [
        format!("{{\"symbolic\": {nested}}}"),
        format!("[{}]", nested.replace("\"template\"", "\"Template\"").replace("\"resources\"", "\"Resources\"")),
        format!("[{}]", nested.replace("\"properties\": {\"template\"", "\"PROPERTIES\": {\"template\"")),
        format!("[{{\"type\": \"A.B/t\", \"name\": \"n\", \"resources\": {one}}}]"),
        format!("[{}]", nested.replace("Microsoft.Resources/deployments", "Microsoft.Resources/deploymentStacks")),
        format!("[{}]", exemption("").replace("\"Microsoft.Authorization", "\"A.B/t/providers")),
        format!("[{}]", exemption("").replace("\"type\"", "\"Type\"").replace("\"properties\"", "\"Properties\"")),
        // What does not stand there may be anything.
        "\"[variables('resources')]\"".to_owned(),
        "[\"[variables('resource')]\"]".to_owned(),
        format!("[{}]", deployment(to, "\"[variables('resources')]\"")),
        "[{\"type\": \"Microsoft.Resources/deployments\", \"properties\": \"[variables('p')]\"}]".to_owned(),
        "[{\"type\": \"Microsoft.Resources/deployments\", \"properties\": {\"template\": \"[json('{}')]\"}}]".to_owned(),
        "[{\"type\": \"Microsoft.Resources/deployments\", \"properties\": {\"templateLink\": {\"uri\": \"x\"}}}]".to_owned(),
    ];
    for (index, shape) in shapes.iter().enumerate() {
        let found = all(&template(shape));
        assert_eq!(found.len(), 1, "{shape}");
        assert_eq!(found[0].reach.is_ok(), index < 3, "{shape}: {:?}", found[0].reach);
    }
    assert_eq!(all(&template("[{\"type\": \"A.B/t\", \"name\": \"n\"}]")), []);
}

#[test]
fn deployments_without_end_are_a_fault() {
    let mut nested = format!("[{}]", exemption(""));
    for _ in 0..20 {
        nested = format!("[{}]", deployment("", &nested));
    }
    let (_, message) = testing::fault(&FORMAT, "a.json", template(&nested).as_bytes());
    assert!(message.contains("nested more than"), "{message}");
}

#[test]
fn keys_are_found_in_any_case() {
    let list = listed(
        ", \"resourceSelectors\": [{\"selectors\": [{\"kind\": \"resourceLocation\", \"notIn\": [\"a\"]}]}]",
    );
    let found = all(&list);
    for (from, to) in [
        ("\"id\"", "\"ID\""),
        ("\"name\"", "\"Name\""),
        ("\"selectors\"", "\"Selectors\""),
        ("\"kind\"", "\"KIND\""),
        ("\"notIn\"", "\"NotIn\""),
    ] {
        assert!(list.contains(from), "{from}");
        assert_eq!(all(&list.replace(from, to))[0].reach, found[0].reach, "{to}");
    }
    let within = list.replace("notIn", "in");
    assert_eq!(all(&within.replace("\"in\"", "\"In\""))[0].reach, all(&within)[0].reach);
    for shape in ["{\"Value\": LIST}", "{\"DATA\": LIST}", "{\"value\": null, \"data\": LIST}"] {
        assert_eq!(all(&shape.replace("LIST", &list))[0].reach, found[0].reach, "{shape}");
    }
    let page = format!("{{\"value\": {list}, \"NEXTLINK\": \"https://x\"}}");
    assert!(testing::fault(&FORMAT, "a.json", page.as_bytes()).1.contains("fetch all pages"));
}

#[test]
fn of_two_keys_that_differ_in_case_alone_nothing_is_known() {
    for more in [
        ", \"ExpiresOn\": \"2027-02-01T00:00:00Z\", \"expiresOn\": null",
        ", \"resourceSelectors\": [{\"selectors\": [], \"Selectors\": []}]",
        ", \"resourceSelectors\": [{\"selectors\": [{\"kind\": \"a\", \"in\": [\"b\"], \"In\": [\"c\"]}]}]",
    ] {
        let reason = all(&listed(more)).remove(0).reach.expect_err("unknown");
        assert!(reason.ends_with("stands twice, in different case"), "{reason}");
    }
    for odd in ["{\"value\": [],\n\"Value\": []}", "{\"resources\": [],\n\"Resources\": []}"] {
        let (line, message) = testing::fault(&FORMAT, "a.json", odd.as_bytes());
        assert_eq!((line, message.ends_with("stands here twice, in another case")), (2, true));
    }
    // In a template and in what it nests, what the second one holds could be anything.
    let one = format!("[{}]", exemption(""));
    let nested = deployment(", \"subscriptionId\": \"s\"", &one);
    for (from, to) in [
        ("{\"resources\":", "{\n\"Resources\": [], \"resources\":"),
        ("{\"template\":", "{\n\"Template\": {}, \"template\":"),
        ("\"subscriptionId\"", "\n\"SubscriptionId\": \"t\", \"subscriptionId\""),
        ("\"name\": \"d\"", "\"name\": \"d\",\n\"Resources\": [], \"resources\": []"),
    ] {
        assert!(nested.contains(from), "{from}");
        let found = all(&template(&format!("[{}]", nested.replacen(from, to, 1))));
        let unknown = found.iter().find(|it| it.reach.is_err()).expect("unknown");
        let reason = unknown.reach.as_ref().expect_err("unknown");
        assert!(reason.ends_with("stands twice, in different case"), "{to}: {reason}");
    }
}

#[test]
fn two_listings_in_one_file_are_refused() {
    for text in [
        "{\"value\": [],\n\"data\": []}",
        "{\"resources\": [],\n\"value\": []}",
        "{\"DATA\": 1,\n\"Resources\": {}}",
    ] {
        let (line, message) = testing::fault(&FORMAT, "a.json", text.as_bytes());
        assert_eq!((line, message.contains("stands beside")), (2, true), "{message}");
    }
}

/// An assignment with further properties.
fn assignment(more: &str) -> Vec<Suppression> {
    all(&format!(
        "[{{\"id\": \"{ASSIGNMENT}\", \"Name\": \"deny\", \"properties\": {{\"policyDefinitionId\": \"/x\"{more}}}}}]"
    ))
}

#[test]
fn a_mode_that_is_not_known_is_not_taken_for_enforcing() {
    for more in ["", ", \"enforcementMode\": null", ", \"EnforcementMode\": \"default\""] {
        assert_eq!(assignment(more), [], "{more}");
    }
    let off = assignment(", \"enforcementMode\": \"doNotEnforce\"").remove(0);
    assert_eq!((off.name.as_str(), off.reach.is_ok()), ("deny DoNotEnforce", true));
    for mode in ["Enroll", "DoNotEnforce ", ""] {
        let found = assignment(&format!(", \"enforcementMode\": \"{mode}\"")).remove(0);
        let reason = found.reach.expect_err("unknown");
        assert!(reason.starts_with(&format!("its `enforcementMode` is `{mode}`")), "{reason}");
    }
}

#[test]
fn a_parameter_and_an_override_turn_a_policy_off_in_any_case() {
    for more in [
        ", \"parameters\": {\"effect\": {\"Value\": \"disabled\"}}",
        ", \"Parameters\": {\"effect\": {\"value\": \"Disabled\"}}",
        ", \"overrides\": [{\"Kind\": \"policyEffect\", \"Value\": \"Disabled\"}]",
    ] {
        assert_eq!(assignment(more)[0].name, "deny Disabled", "{more}");
    }
    for more in [
        ", \"parameters\": {\"effect\": {\"value\": \"Audit\", \"Value\": \"Disabled\"}}",
        ", \"parameters\": {\"effect\": {\"value\": \"Audit\"}, \"Effect\": {}}",
        ", \"overrides\": [{\"value\": \"Audit\", \"Value\": \"Disabled\"}]",
    ] {
        assert!(assignment(more)[0].reach.is_err(), "{more}");
    }
}

#[test]
fn an_end_that_is_no_instant_is_unknown() {
    for odd in ["\"[utcNow()]\"", "\"2027-02-01\"", "\"soon\""] {
        let found = all(&listed(&format!(", \"expiresOn\": {odd}"))).remove(0);
        assert!(found.reach.is_err(), "{odd}");
        assert_eq!(found.end, End::Never, "{odd}");
    }
    assert_eq!(all(&listed(", \"expiresOn\": null")).remove(0).end, End::Never);
}

#[test]
fn a_page_that_has_fewer_rows_than_there_are_is_a_fault() {
    let list = listed("");
    let of = |more: &str| format!("{{\"count\": 1, {more}, \"data\": {list}}}");
    for more in ["\"totalRecords\": 1500", "\"skip_token\": null, \"total_records\": 2"] {
        let (_, message) = testing::fault(&FORMAT, "live.json", of(more).as_bytes());
        assert!(message.contains("fetch all pages"), "{message}");
    }
    assert_eq!(all(&of("\"totalRecords\": 1")).len(), 1);
}

#[test]
fn an_override_that_may_enforce_less_is_unknown() {
    let of = |overrides: &str| {
        all(&format!(
            "[{{\"id\": \"{ASSIGNMENT}\", \"name\": \"deny\", \"properties\": {{\"policyDefinitionId\": \"d\", \"overrides\": [{overrides}]}}}}]"
        ))
    };
    for effect in ["Audit", "AuditIfNotExists", "Manual"] {
        let found = of(&format!("{{\"kind\": \"policyEffect\", \"value\": \"{effect}\"}}"));
        assert_eq!((found.len(), &*found[0].name), (1, &*format!("deny override {effect}")));
        assert!(found[0].reach.is_err());
    }
    let others = "{\"kind\": \"policyEffect\", \"value\": \"deny\"}, \
                  {\"kind\": \"definitionVersion\", \"value\": \"2.*.*\"}";
    assert_eq!(of(others), []);
    assert_eq!(of("{\"value\": \"Disabled\"}")[0].name, "deny Disabled");
}
