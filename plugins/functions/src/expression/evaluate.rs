//! The tree of an expression, and how it is evaluated for one row.

use std::cell::RefCell;
use std::rc::Rc;

use super::{Answer, Definition, Dialect, Error, GROWTH_MAX, Stop, Value};
use crate::regex::Pattern;
use crate::time;

/// The columns of a row.
pub trait Inputs<'a> {
    /// The value of a column: 0 is the value so far.
    fn input(&self, column: usize) -> Value<'a>;
}

/// One place of the tree.
#[derive(Debug)]
pub struct Node {
    /// Where it stands, from 1.
    pub column: usize,
    /// What it is.
    pub kind: Kind,
}

/// What a node is.
#[derive(Debug)]
pub enum Kind {
    /// An argument left out: `Replace([a], , "x")`.
    Blank,
    /// A value that is written in the expression.
    Constant(Value<'static>),
    /// A column.
    Input(usize),
    /// A variable of an enclosing call, by how many enclose that one.
    Variable(usize),
    /// A function or an operator.
    Call(Box<CallNode>),
}

/// A call in the tree.
#[derive(Debug)]
pub struct CallNode {
    definition: &'static Definition,
    arguments: Vec<Node>,
    column: usize,
    /// Compiled patterns by their text. Constant ones are put here when the expression is opened.
    patterns: RefCell<Known<Pattern>>,
    formats: RefCell<Known<time::Pattern>>,
}

/// What was compiled, by its text.
type Known<T> = Vec<(String, Rc<T>)>;

/// How many compiled patterns a call keeps where they come from the row.
const PATTERNS_MAX: usize = 16;

/// What a row gives to its expression.
pub struct Scope<'s, 'a> {
    /// Whose rules hold.
    pub dialect: Dialect,
    /// The columns.
    pub inputs: &'s dyn Inputs<'a>,
    /// The start of the run in Unix milliseconds.
    pub now_ms: f64,
    /// Sixteen bytes of this person and field.
    pub seed: Option<[u8; 16]>,
    /// Empty attributes fail a condition as Entra documents it.
    pub strict_empty: bool,
    /// The values of variables, outermost first.
    pub variables: RefCell<Vec<Value<'a>>>,
}

/// A call that is being evaluated; arguments are evaluated when somebody asks for them.
pub struct Call<'s, 'a> {
    pub(super) node: &'a CallNode,
    /// The row.
    pub scope: &'s Scope<'s, 'a>,
}

impl Node {
    /// A call, checked.
    pub fn call(
        definition: &'static Definition,
        arguments: Vec<Node>,
        column: usize,
        strict: bool,
    ) -> Result<Self, Error> {
        let call = CallNode {
            definition,
            arguments,
            column,
            patterns: RefCell::default(),
            formats: RefCell::default(),
        };
        definition.check(&call, strict)?;
        Ok(Self {
            column,
            kind: Kind::Call(Box::new(call)),
        })
    }

    /// A value written in the expression.
    pub fn constant(value: Value<'static>, column: usize) -> Self {
        Self {
            column,
            kind: Kind::Constant(value),
        }
    }

    /// The value for one row.
    pub fn evaluate<'a>(&'a self, scope: &Scope<'_, 'a>) -> Answer<Value<'a>> {
        match &self.kind {
            Kind::Blank => Ok(Value::Null),
            Kind::Constant(Value::Text(text)) => Ok(Value::borrowed(text)),
            Kind::Constant(value) => Ok(value.clone()),
            Kind::Input(column) => Ok(scope.inputs.input(*column)),
            Kind::Variable(index) => {
                let variables = scope.variables.borrow();
                Ok(variables.get(*index).cloned().unwrap_or(Value::Null))
            }
            Kind::Call(node) => {
                let value = (node.definition.run)(&Call { node, scope })?;
                if value.weight() > GROWTH_MAX {
                    let message = format!("the value grows above {GROWTH_MAX} bytes");
                    return Err(Error::new("too-long", self.column, message).into());
                }
                Ok(value)
            }
        }
    }

    /// Calls `each` for this node and all below it.
    pub fn walk<'n>(&'n self, each: &mut dyn FnMut(&'n Node)) {
        each(self);
        if let Kind::Call(call) = &self.kind {
            call.arguments
                .iter()
                .for_each(|argument| argument.walk(each));
        }
    }

    /// Refuses an expression that looks at the start of the run; `instead` is the function to use.
    pub fn refuse_now(&self, instead: &str) -> Result<(), Error> {
        let mut found = None;
        self.walk(&mut |node| {
            if let Kind::Call(call) = &node.kind
                && call.definition.uses_now
            {
                found.get_or_insert((call.definition.name, call.column));
            }
        });
        found.map_or(Ok(()), |(name, column)| {
            let message = format!(
                "`{name}` changes with the time, so that the row has to be evaluated for everyone in every run; write use = \"{instead}\" where that is meant"
            );
            Err(Error::syntax(column, message))
        })
    }

    /// The text, where it is a constant one.
    pub fn constant_text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Constant(Value::Text(text)) => Some(text),
            _ => None,
        }
    }
}

impl CallNode {
    /// What is called.
    pub fn definition(&self) -> &'static Definition {
        self.definition
    }

    /// The arguments.
    pub fn arguments(&self) -> &[Node] {
        &self.arguments
    }

    /// Where the call stands.
    pub fn column(&self) -> usize {
        self.column
    }

    /// The text of argument `index`, where it is a constant.
    pub fn constant_text(&self, index: usize) -> Option<&str> {
        self.arguments.get(index).and_then(Node::constant_text)
    }

    /// A pattern, compiled once; `make` says how.
    pub(super) fn pattern(
        &self,
        text: &str,
        make: impl FnOnce(&str) -> Result<Pattern, String>,
    ) -> Result<Rc<Pattern>, String> {
        compiled(&self.patterns, text, make)
    }

    /// A format of dates, compiled once.
    pub(super) fn format(
        &self,
        text: &str,
        language: time::Language,
    ) -> Result<Rc<time::Pattern>, time::Error> {
        compiled(&self.formats, text, |text| {
            time::Pattern::new(language, text)
        })
    }
}

fn compiled<T, E>(
    known: &RefCell<Known<T>>,
    text: &str,
    make: impl FnOnce(&str) -> Result<T, E>,
) -> Result<Rc<T>, E> {
    let mut known = known.borrow_mut();
    if let Some((_, pattern)) = known.iter().find(|(known, _)| known == text) {
        return Ok(Rc::clone(pattern));
    }
    let pattern = Rc::new(make(text)?);
    if known.len() >= PATTERNS_MAX {
        known.clear();
    }
    known.push((text.to_owned(), Rc::clone(&pattern)));
    Ok(pattern)
}

impl<'a> Call<'_, 'a> {
    /// Evaluates argument `index` with `value` as the innermost variable.
    pub fn with_variable(&self, value: Value<'a>, index: usize) -> Answer<Value<'a>> {
        self.scope.variables.borrow_mut().push(value);
        let answer = self.value(index);
        self.scope.variables.borrow_mut().pop();
        answer
    }

    /// A failure of this call.
    pub fn fail(&self, code: &'static str, message: impl Into<String>) -> Stop {
        Error::new(code, self.node.column, message).into()
    }
}
