//! What a function of a dialect is: its name, what it takes, and its code.
//!
//! `takes` is one line for people and for the check at once: `"source text, count integer"`. A kind
//! with `?` may be left out, one with `...` may be repeated.

use super::evaluate::{Call, CallNode, Kind};
use super::{Answer, Error, Value};

/// The code of a function.
pub type Run = for<'s, 'a> fn(&Call<'s, 'a>) -> Answer<Value<'a>>;

/// What a function checks of its constant arguments.
pub type Check = fn(&CallNode) -> Result<(), Error>;

/// One function, or one operator.
#[derive(Clone, Copy, Debug)]
pub struct Definition {
    /// The name, as it is written.
    pub name: &'static str,
    /// The arguments, as a line: see the module.
    pub takes: &'static str,
    /// The code.
    pub run: Run,
    /// What is checked of constant arguments when the expression is opened.
    pub check: Option<Check>,
    /// It looks at the start of the run: what it gives may differ in every run.
    pub uses_now: bool,
}

/// How many arguments are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arity {
    /// At least.
    pub min: usize,
    /// At most.
    pub max: usize,
}

impl Definition {
    /// A function.
    pub const fn new(name: &'static str, takes: &'static str, run: Run) -> Self {
        Self {
            name,
            takes,
            run,
            check: None,
            uses_now: false,
        }
    }

    /// The same with a check of its constant arguments.
    #[must_use]
    pub const fn checked(mut self, check: Check) -> Self {
        self.check = Some(check);
        self
    }

    /// The same, and it looks at the start of the run.
    #[must_use]
    pub const fn of_now(mut self) -> Self {
        self.uses_now = true;
        self
    }

    /// How many arguments it takes.
    pub fn arity(&self) -> Arity {
        let mut arity = Arity { min: 0, max: 0 };
        for parameter in self.parameters() {
            match parameter {
                repeated if repeated.ends_with("...") => arity.max = usize::MAX,
                optional if optional.ends_with('?') => arity.max += 1,
                _ => {
                    arity.min += 1;
                    arity.max += 1;
                }
            }
        }
        arity
    }

    /// Whether `a op b op c` is one call of three.
    pub fn is_repeated(&self) -> bool {
        self.takes.ends_with("...")
    }

    /// Checks a parsed call: the number of arguments, the kinds of constants. With `strict`, a
    /// number is no text.
    pub fn check(&self, call: &CallNode, strict: bool) -> Result<(), Error> {
        let arity = self.arity();
        let count = call.arguments().len();
        if count < arity.min || count > arity.max {
            let counts = match (arity.min, arity.max) {
                (0, 0) => "no argument".to_owned(),
                (min, usize::MAX) => format!("{min} arguments or more"),
                (1, 1) => "1 argument".to_owned(),
                (min, max) if min == max => format!("{min} arguments"),
                (min, max) => format!("{min} to {max} arguments"),
            };
            let message = format!("{} takes {counts}, not {count}", self.form());
            return Err(Error::syntax(call.column(), message));
        }
        let repeated = self.parameters().last().unwrap_or_default();
        for (index, argument) in call.arguments().iter().enumerate() {
            let parameter = self.parameters().nth(index).unwrap_or(repeated);
            if let Some(wanted) = mismatch(parameter, &argument.kind, strict) {
                let message = format!("{} wants {wanted} as argument {}", self.form(), index + 1);
                return Err(Error::syntax(argument.column, message));
            }
        }
        self.check.map_or(Ok(()), |check| check(call))
    }

    /// The call as documentation writes it: `` `Left(source text, count integer)` ``.
    pub fn form(&self) -> String {
        format!("`{}({})`", self.name, self.takes)
    }

    fn parameters(&self) -> impl Iterator<Item = &'static str> {
        self.takes.split(", ").filter(|part| !part.is_empty())
    }
}

/// What a constant should be and is not.
fn mismatch(parameter: &str, kind: &Kind, strict: bool) -> Option<&'static str> {
    let Kind::Constant(value) = kind else {
        return None;
    };
    let (_, wanted) = parameter.rsplit_once(' ')?;
    let wanted = wanted.trim_end_matches(['?', '.']);
    let is_right = match (wanted, value) {
        (_, Value::Null)
        | ("text" | "date", Value::Text(_))
        | ("integer", Value::Integer(_))
        | ("number", Value::Integer(_) | Value::Float(_)) => true,
        ("text", Value::Integer(_) | Value::Float(_) | Value::Boolean(_)) => !strict,
        ("integer" | "number", Value::Text(text)) => !strict && text.trim().parse::<f64>().is_ok(),
        ("text" | "integer" | "number" | "date", _) => false,
        _ => true,
    };
    (!is_right).then_some(match wanted {
        "integer" => "a whole number",
        "number" => "a number",
        "date" => "a date as text",
        _ => "a text",
    })
}
