//! The value tree as the validator looks at it: in place, without a copy.

use std::borrow::Cow;

use jsonschema::json::{Array, Json, JsonNumber, Node, NodeIdentity, Object, unique};
use jsonschema::types::JsonType;
use serde_json::Value;

use crate::source::tree::{Entries, Items, NodeRef, Shape};

/// The value tree as the validator's representation.
#[derive(Debug)]
pub(super) enum YamlTree {}

/// What the validator looks at: a node, or the name of a key.
#[derive(Clone)]
pub(super) enum Instance<'a> {
    Node(NodeRef<'a>),
    Name(&'a str),
}

impl Json for YamlTree {
    type Node<'a> = Instance<'a>;
    type PreparedKey = String;
    // A lookup compares one key after the other, so one pass over all of them is soon cheaper.
    const KEYS_PER_LOOKUP: usize = 8;
    type StringBuffer = String;

    fn prepare_key(key: &str) -> String {
        key.to_owned()
    }

    fn with_string_node<T>(
        buffer: &mut String,
        string: &str,
        f: impl FnOnce(Instance<'_>) -> T,
    ) -> T {
        buffer.clear();
        buffer.push_str(string);
        f(Instance::Name(buffer))
    }
}

/// A number that is whole only if it is written so: `1.0` is none to every reader.
#[derive(Debug)]
pub(super) struct Written(serde_json::Number);

impl JsonNumber for Written {
    fn as_u64(&self) -> Option<u64> {
        self.0.as_u64()
    }

    fn as_i64(&self) -> Option<i64> {
        self.0.as_i64()
    }

    fn as_f64(&self) -> Option<f64> {
        self.0.as_f64()
    }

    fn as_str(&self) -> Cow<'_, str> {
        Cow::Owned(self.0.to_string())
    }

    fn to_number(&self) -> Cow<'_, serde_json::Number> {
        Cow::Borrowed(&self.0)
    }

    fn is_integer(&self) -> bool {
        self.is_written_as_integer()
    }

    fn is_written_as_integer(&self) -> bool {
        !self.0.is_f64()
    }
}

impl<'a> Instance<'a> {
    fn shape(&self) -> Shape<'a> {
        match self {
            Self::Node(node) => node.shape(),
            Self::Name(name) => Shape::String(name),
        }
    }
}

impl<'a> Node<'a, YamlTree> for Instance<'a> {
    type Object = NodeRef<'a>;
    type Array = NodeRef<'a>;
    type Number = Written;

    fn as_object(&self) -> Option<NodeRef<'a>> {
        match self {
            Self::Node(node) if node.is_map() => Some(*node),
            _ => None,
        }
    }

    fn as_array(&self) -> Option<NodeRef<'a>> {
        match self {
            Self::Node(node) if node.is_list() => Some(*node),
            _ => None,
        }
    }

    fn as_string(&self) -> Option<Cow<'a, str>> {
        match self.shape() {
            Shape::String(text) => Some(Cow::Borrowed(text)),
            _ => None,
        }
    }

    fn as_number(&self) -> Option<Written> {
        match self.shape() {
            Shape::Number(number) => Some(Written(number)),
            _ => None,
        }
    }

    fn as_boolean(&self) -> Option<bool> {
        match self.shape() {
            Shape::Bool(boolean) => Some(boolean),
            _ => None,
        }
    }

    fn is_null(&self) -> bool {
        matches!(self.shape(), Shape::Null | Shape::Unknown)
    }

    fn json_type(&self) -> JsonType {
        match self.shape() {
            Shape::Null | Shape::Unknown => JsonType::Null,
            Shape::Bool(_) => JsonType::Boolean,
            Shape::Number(_) => JsonType::Number,
            Shape::String(_) => JsonType::String,
            Shape::List => JsonType::Array,
            Shape::Map => JsonType::Object,
        }
    }

    /// What an error keeps of the instance. No message shows a collection, and a copy of one for
    /// each error in it would fill the memory.
    fn to_value(&self) -> Cow<'a, Value> {
        Cow::Owned(match (self.shape(), self) {
            (Shape::List | Shape::Map, _) => Value::Null,
            (_, Self::Node(node)) => to_json(*node),
            (_, Self::Name(name)) => Value::from(*name),
        })
    }

    fn equals_value(&self, expected: &Value) -> bool {
        match (self.shape(), expected) {
            (Shape::String(text), Value::String(expected)) => text == expected,
            (Shape::String(_), _) => false,
            _ => match self {
                Self::Node(node) => jsonschema::json::cmp::equal(&to_json(*node), expected),
                Self::Name(_) => false,
            },
        }
    }

    fn identity(&self) -> Option<NodeIdentity> {
        match self {
            Self::Node(node) => Some(NodeIdentity::new(node.address())),
            Self::Name(_) => None,
        }
    }
}

impl<'a> Object<'a, YamlTree> for NodeRef<'a> {
    type Node = Instance<'a>;
    type MemberName = &'a str;
    type MembersIter = std::iter::Map<Entries<'a>, fn((&'a str, Self)) -> (&'a str, Instance<'a>)>;

    fn len(&self) -> usize {
        self.entries().len()
    }

    fn get(&self, key: &String) -> Option<Instance<'a>> {
        NodeRef::get(*self, key).map(Instance::Node)
    }

    fn members(&self) -> Self::MembersIter {
        self.entries().map(|(key, node)| (key, Instance::Node(node)))
    }
}

impl<'a> Array<'a, YamlTree> for NodeRef<'a> {
    type Node = Instance<'a>;
    type ElementsIter = std::iter::Map<Items<'a>, fn(Self) -> Instance<'a>>;

    fn len(&self) -> usize {
        self.items().len()
    }

    fn elements(&self) -> Self::ElementsIter {
        self.items().map(Instance::Node)
    }

    fn is_unique(&self) -> bool {
        let items: Vec<Cow<'_, Value>> =
            self.items().map(|item| Cow::Owned(to_json(item))).collect();
        unique::is_unique(&items)
    }
}

/// A node as JSON; dates stay text.
pub(crate) fn to_json(node: NodeRef<'_>) -> Value {
    match node.shape() {
        Shape::Null | Shape::Unknown => Value::Null,
        Shape::Bool(boolean) => boolean.into(),
        Shape::Number(number) => Value::Number(number),
        Shape::String(text) => text.into(),
        Shape::List => node.items().map(to_json).collect(),
        Shape::Map => node.entries().map(|(key, value)| (key.to_owned(), to_json(value))).collect(),
    }
}
