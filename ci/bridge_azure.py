"""What the Azure SDK makes of a template, and whether the references of an OSCAL file resolve.

    python ci/bridge_azure.py arm|oscal FILE

No registry carries the JSON schemas of deployment templates. The SDK's models of a deployment and of an
exemption are what Azure's own clients send: a key that they do not know is lost on the way through them.
"""

import json
import sys
from types import ModuleType

from azure.mgmt.resource.policy._serialization import Serializer
from azure.mgmt.resource.policy.v2022_07_01_preview import models as policy
from azure.mgmt.resource.resources.v2022_09_01 import models as resources

SCHEMAS = "https://schema.management.azure.com/schemas/"
OF_GROUP = SCHEMAS + "2019-08-01/managementGroupDeploymentTemplate.json#"
# The keys that say where a nested deployment goes, with the schema of its template and whether it has a location.
TARGETS = {
    ("scope",): (OF_GROUP, True),
    ("subscriptionId",): (SCHEMAS + "2018-05-01/subscriptionDeploymentTemplate.json#", True),
    ("resourceGroup", "subscriptionId"): (SCHEMAS + "2019-04-01/deploymentTemplate.json#", False),
}


def need(holds: bool, what: str) -> None:
    if not holds:
        sys.exit(f"bridge_azure: {what}")


def same(written: dict, module: ModuleType, model: str, where: str) -> None:
    """The object as it comes back from the SDK's model of it."""
    read = getattr(module, model).deserialize(json.loads(json.dumps(written)))
    complete(read, where)
    back = Serializer(dict(vars(module))).body(read, model)
    for each in (written, back):
        properties = each.get("properties", {})
        if "expiresOn" in properties:
            properties["expiresOn"] = properties["expiresOn"].replace(".000Z", "Z")
    need(back == written, f"{where}: the SDK reads it as\n{json.dumps(back, indent=1)}\nand it is\n{json.dumps(written, indent=1)}")


def complete(read: object, where: str) -> None:
    """What the model says has to be there, which the SDK leaves to Azure to find missing."""
    for key in getattr(read, "_attribute_map", {}):
        value = getattr(read, key)
        rules = read._validation.get(key, {})
        need(value is not None or not rules.get("required") or rules.get("readonly"), f"{where}: no `{key}`")
        complete(value, where)


def arm(file: dict) -> None:
    need(set(file) <= {"$schema", "contentVersion", "metadata", "resources"}, f"keys of the template: {list(file)}")
    need(file["$schema"] == OF_GROUP, file["$schema"])
    names = [(resource["name"].lower()) for resource in file["resources"]]
    need(names and len(names) == len(set(names)), f"deployments: {names}")
    for deployment in file["resources"]:
        name = deployment["name"]
        need(deployment["type"] == "Microsoft.Resources/deployments", f"{name}: {deployment['type']}")
        target = tuple(sorted({"scope", "subscriptionId", "resourceGroup"} & set(deployment)))
        need(target in TARGETS, f"{name}: goes to {target}")
        schema, has_location = TARGETS[target]
        need(("location" in deployment) == has_location, f"{name}: `location` of a deployment to {target}")
        known = {"type", "apiVersion", "name", "location", "properties", *target}
        need(set(deployment) <= known, f"{name}: {set(deployment) - known}")
        same({"properties": deployment["properties"]}, resources, "Deployment", name)
        template = deployment["properties"]["template"]
        need(template["$schema"] == schema, f"{name}: {template['$schema']}")
        need(template["resources"], f"{name}: deploys nothing")
        for exemption in template["resources"]:
            need(exemption["type"] == "Microsoft.Authorization/policyExemptions", f"{name}: {exemption['type']}")
            known = {"type", "apiVersion", "name", "scope", "properties"}
            need(set(exemption) <= known, f"{name}: {set(exemption) - known}")
            same({"properties": exemption["properties"]}, policy, "PolicyExemption", name)
            category = exemption["properties"]["exemptionCategory"]
            need(category in set(policy.ExemptionCategory), f"{name}: {category}")
    print(f"{len(names)} deployments")


def oscal(file: dict) -> None:
    uuids: dict[str, list[str]] = {}
    references: list[tuple[str, str]] = []

    def walk(node: object, kind: str) -> None:
        if isinstance(node, list):
            for item in node:
                walk(item, kind)
        elif isinstance(node, dict):
            for key, value in node.items():
                if key == "uuid":
                    uuids.setdefault(kind, []).append(value)
                elif key == "id" and kind == "roles":
                    uuids.setdefault(kind, []).append(value)
                elif key in REFERENCES:
                    references.append((key, value))
                else:
                    walk(value, key)

    walk(file, "file")
    version = file["plan-of-action-and-milestones"]["metadata"]["oscal-version"]
    need(version.startswith("1.1."), f"the version of OSCAL is {version}")
    every = [uuid for kind, all_of_it in uuids.items() if kind != "roles" for uuid in all_of_it]
    need(len(every) == len(set(every)), "a uuid stands for two things")
    need(bool(references), "nothing refers to anything")
    for key, value in references:
        need(value in uuids.get(REFERENCES[key], []), f"`{key}` {value} is none of the {REFERENCES[key]}")
    print(f"{len(every)} parts, {len(references)} references")


REFERENCES = {"party-uuid": "parties", "actor-uuid": "parties", "risk-uuid": "risks", "role-id": "roles"}

if __name__ == "__main__":
    kind, path = sys.argv[1:]
    with open(path, encoding="utf-8") as text:
        {"arm": arm, "oscal": oscal}[kind](json.load(text))
