//! A schema that grows by what it is shown: fields that every object had are required, and values that were null once
//! may be null.

use std::collections::BTreeMap;

use chat_domain::Uuid;

use super::ordered::Ordered;
use super::words;

/// What is known of the values at one place.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Schema {
    shape: Shape,
    may_be_null: bool,
}

#[derive(Clone, Debug, Default, PartialEq)]
enum Shape {
    #[default]
    Unknown,
    Flag,
    Integer,
    Text {
        is_uuid: bool,
        is_time: bool,
        /// All values that were seen, for a field that is one of a few words.
        words: Vec<String>,
    },
    List(Box<Schema>),
    Object(Object),
    /// Anything that the sender put there.
    Free,
    /// A schema with a name.
    Named(&'static str),
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Object {
    seen: usize,
    fields: Vec<Field>,
}

#[derive(Clone, Debug, PartialEq)]
struct Field {
    name: String,
    seen: usize,
    schema: Schema,
}

/// The schemas with names.
pub(crate) type Named = BTreeMap<&'static str, Schema>;

impl Schema {
    /// Takes in a value at `path`: the channel, the name of the message, the names of the fields.
    pub(crate) fn see(&mut self, value: &Ordered, path: &str, named: &mut Named) {
        let shape = match value {
            Ordered::Null => return self.may_be_null = true,
            Ordered::Flag(_) => Shape::Flag,
            Ordered::Number(_) => Shape::Integer,
            Ordered::Text(text) => return self.see_text(text, path),
            Ordered::List(items) => return self.see_list(items, path, named),
            Ordered::Object(_) if words::is_free(path) => Shape::Free,
            Ordered::Object(fields) => return self.see_object(fields, path, named),
            Ordered::Fraction(_) => panic!("{path} is a fraction"),
        };
        self.settle(shape, path);
    }

    fn see_text(&mut self, text: &str, path: &str) {
        if let Some(name) = words::named_text(path) {
            return self.settle(Shape::Named(name), path);
        }
        let (is_uuid, is_time) = (text.parse::<Uuid>().is_ok(), text.len() >= 20 && text.ends_with('Z'));
        match &mut self.shape {
            Shape::Text { is_uuid: uuids, is_time: times, words } => {
                (*uuids, *times) = (*uuids && is_uuid, *times && is_time);
                if !words.iter().any(|known| known == text) {
                    words.push(text.to_owned());
                }
            }
            _ => self.settle(Shape::Text { is_uuid, is_time, words: vec![text.to_owned()] }, path),
        }
    }

    fn see_list(&mut self, items: &[Ordered], path: &str, named: &mut Named) {
        self.settle_if_unknown(Shape::List(Box::default()));
        let Shape::List(schema) = &mut self.shape else { panic!("{path} is sometimes a list") };
        items.iter().for_each(|item| schema.see(item, path, named));
    }

    fn see_object(&mut self, fields: &[(String, Ordered)], path: &str, named: &mut Named) {
        if let Some(name) = words::named_object(path) {
            self.settle(Shape::Named(name), path);
            let mut schema = named.remove(name).unwrap_or_default();
            schema.see_fields(fields, name, named);
            named.insert(name, schema);
            return;
        }
        self.see_fields(fields, path, named);
    }

    fn see_fields(&mut self, fields: &[(String, Ordered)], path: &str, named: &mut Named) {
        self.settle_if_unknown(Shape::Object(Object::default()));
        let Shape::Object(object) = &mut self.shape else { panic!("{path} is sometimes an object") };
        object.seen += 1;
        for (name, value) in fields {
            let at = object.fields.iter().position(|field| field.name == *name).unwrap_or_else(|| {
                object.fields.push(Field { name: name.clone(), seen: 0, schema: Schema::default() });
                object.fields.len() - 1
            });
            let field = &mut object.fields[at];
            field.seen += 1;
            field.schema.see(value, &format!("{path}.{name}"), named);
        }
    }

    fn settle_if_unknown(&mut self, shape: Shape) {
        if self.shape == Shape::Unknown {
            self.shape = shape;
        }
    }

    fn settle(&mut self, shape: Shape, path: &str) {
        self.settle_if_unknown(shape.clone());
        assert_eq!(self.shape, shape, "{path} is of two kinds");
    }

    /// Returns the schema as JSON Schema; `path` finds its descriptions.
    pub(crate) fn spelled(&self, path: &str) -> Ordered {
        let spelled = match &self.shape {
            Shape::Unknown => Ordered::object([]),
            Shape::Flag => kind("boolean"),
            Shape::Integer => kind("integer"),
            Shape::Text { is_uuid: true, .. } => kind("string").with("format", "uuid"),
            Shape::Text { is_time: true, .. } => kind("string").with("format", "date-time"),
            Shape::Text { words, .. } if words::is_constant(path) => {
                assert_eq!(words.len(), 1, "{path} has several words");
                return Ordered::object([("const", words[0].as_str().into())]);
            }
            Shape::Text { words, .. } if words::is_word(path) => kind("string").with("enum", words.clone()),
            Shape::Text { .. } => kind("string"),
            Shape::List(items) => kind("array").with("items", items.spelled(path)),
            Shape::Object(object) => object.spelled(path),
            Shape::Free => kind("object"),
            Shape::Named(name) => Ordered::object([("$ref", format!("#/components/schemas/{name}").into())]),
        };
        if self.may_be_null {
            return Ordered::object([("anyOf", vec![spelled, kind("null")].into())]);
        }
        match (&self.shape, words::field(path)) {
            (Shape::Named(_), _) | (_, None) => spelled,
            (_, Some(words)) => spelled.with("description", words),
        }
    }
}

impl Object {
    fn spelled(&self, path: &str) -> Ordered {
        let fields = self.fields.iter();
        let properties =
            fields.clone().map(|field| (field.name.clone(), field.schema.spelled(&format!("{path}.{}", field.name))));
        let required: Vec<&str> =
            fields.filter(|field| field.seen == self.seen).map(|field| field.name.as_str()).collect();
        let object = kind("object").with("properties", Ordered::Object(properties.collect()));
        if required.is_empty() { object } else { object.with("required", required) }
    }
}

fn kind(name: &str) -> Ordered {
    Ordered::object([("type", name.into())])
}
