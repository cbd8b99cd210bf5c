//! Defaults for what a JSON file leaves out.

use serde_json::Value;

/// `value` with what only `defaults` has.
pub(crate) fn over(mut value: Value, defaults: &Value) -> Value {
    match (&mut value, defaults) {
        (Value::Object(fields), Value::Object(defaults)) => {
            for (name, default) in defaults {
                let field = fields.remove(name).unwrap_or(Value::Null);
                fields.insert(name.clone(), over(field, default));
            }
            value
        }
        (Value::Null, _) => defaults.clone(),
        _ => value,
    }
}
