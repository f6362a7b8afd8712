//! The grammar of both dialects.
//!
//! Provisioning has calls, texts, numbers and attributes; a comparison stands in `IIF` and `CBool`
//! only. Connect Sync has operators between them: its page gives all of them one rank, but its own
//! default rules need comparisons to bind closer than `&&` and `||`, and `&` closer than both, so
//! these are three ranks here, each read from left to right.

use std::collections::BTreeMap;

use attune_dialect::Expression;
use attune_functions::convert::hex_literal;
use attune_functions::expression::{
    Cursor, Definition, Dialect, Error, Kind, Node, Operators, Selectors, Value, chain, suggest,
};

use crate::functions::{self, word};
use crate::operators::{COMPARISONS, OTHERS, TRUTH};

struct Parser<'s> {
    cursor: Cursor<'s>,
    dialect: Dialect,
    parameters: &'s BTreeMap<String, String>,
    selectors: Selectors,
    /// The variables of the enclosing calls.
    variables: Vec<&'s str>,
}

/// Parses the whole text.
pub(crate) fn parse(
    source: &str,
    dialect: Dialect,
    parameters: &BTreeMap<String, String>,
) -> Result<Expression, Error> {
    let mut parser = Parser {
        cursor: Cursor::new(source)?,
        dialect,
        parameters,
        selectors: Selectors::default(),
        variables: Vec::new(),
    };
    let root = parser.expression(false)?;
    parser.cursor.end()?;
    Ok(Expression::new(root, source, parser.selectors, dialect))
}

impl Operators for Parser<'_> {
    type Rank = &'static [Definition];

    fn column(&self) -> usize {
        self.cursor.column()
    }

    fn operator(&mut self, rank: Self::Rank) -> Option<&'static Definition> {
        // `&&` is no `&`.
        let is_double = self.cursor.rest().starts_with("&&");
        let is_here = |operator: &&Definition, cursor: &mut Cursor<'_>| {
            !(is_double && operator.name == "&") && cursor.eat(operator.name)
        };
        let cursor = &mut self.cursor;
        rank.iter().find(|operator| is_here(operator, cursor))
    }

    fn operand(&mut self) -> Result<Node, Error> {
        self.single()
    }

    fn is_strict(&self) -> bool {
        self.is_connect()
    }
}

impl<'s> Parser<'s> {
    fn is_connect(&self) -> bool {
        self.dialect == Dialect::ConnectSync
    }

    /// One expression; `compares` where provisioning lets a comparison stand.
    fn expression(&mut self, compares: bool) -> Result<Node, Error> {
        self.cursor.descend()?;
        let node = if self.is_connect() {
            chain(self, &[TRUTH, COMPARISONS, OTHERS])?
        } else {
            self.comparison(compares)?
        };
        self.cursor.ascend();
        Ok(node)
    }

    fn comparison(&mut self, compares: bool) -> Result<Node, Error> {
        let left = self.single()?;
        let column = self.cursor.column();
        let Some(operator) = self.operator(COMPARISONS) else {
            return Ok(left);
        };
        if !compares {
            let message = format!(
                "`{}` may stand in the condition of IIF and in CBool only",
                operator.name
            );
            return Err(Error::syntax(column, message));
        }
        let right = self.single()?;
        Node::call(operator, vec![left, right], column, false)
    }

    /// What stands between operators.
    fn single(&mut self) -> Result<Node, Error> {
        let column = self.cursor.column();
        match self.cursor.peek() {
            Some('"') => {
                let text = self.cursor.string('"', false)?;
                Ok(Node::constant(Value::owned(text), column))
            }
            Some('[') => self.attribute(),
            Some('(') => {
                self.cursor.eat("(");
                let inner = self.expression(true)?;
                self.cursor.expect(")")?;
                Ok(inner)
            }
            Some('%') if self.is_connect() => self.parameter(),
            Some('$') if self.is_connect() => {
                let name = self.variable()?;
                let known = self.variables.iter().rposition(|known| *known == name);
                let Some(index) = known else {
                    let message = format!("no enclosing Select, Where or With has `${name}`");
                    return Err(Error::syntax(column, message));
                };
                Ok(node(Kind::Variable(index), column))
            }
            Some('&' | '-' | '0'..='9') => self.number(),
            Some('“' | '”' | '„' | '‘' | '’' | '\'') => {
                let message = "text stands in straight double quotes: \"text\"";
                Err(Error::syntax(column, message))
            }
            _ => self.named(),
        }
    }

    fn number(&mut self) -> Result<Node, Error> {
        let column = self.cursor.column();
        if self.cursor.peek() == Some('&') {
            let text = self
                .cursor
                .take_while(|char| char == '&' || char.is_alphanumeric());
            self.cursor.skip_white();
            let refused = || Error::syntax(column, "`&H` and hexadecimal digits are expected");
            let number = hex_literal(text).ok_or_else(refused)?;
            return Ok(Node::constant(Value::Integer(number), column));
        }
        Ok(Node::constant(self.cursor.signed()?, column))
    }

    /// `[name]`: a selector, with brackets and quotes of its own. `[]` is the value so far.
    fn attribute(&mut self) -> Result<Node, Error> {
        let column = self.cursor.column();
        let (mut open, mut is_quoted, mut is_escaped) = (0_usize, false, false);
        let mut selector = String::new();
        loop {
            let Some(char) = self.cursor.bump() else {
                return Err(Error::syntax(
                    column,
                    "the attribute that begins here has no closing `]`",
                ));
            };
            match char {
                _ if is_escaped => is_escaped = false,
                '\\' if is_quoted => is_escaped = true,
                '"' => is_quoted = !is_quoted,
                '[' if !is_quoted => open += 1,
                ']' if !is_quoted => open -= 1,
                _ => {}
            }
            if open == 0 {
                break;
            }
            selector.push(char);
        }
        self.cursor.skip_white();
        let name = selector.strip_prefix('[').unwrap_or_default().trim();
        if name.is_empty() {
            return Ok(node(Kind::Input(0), column));
        }
        let selector = selector_of(name);
        Ok(node(self.selectors.input(selector), column))
    }

    fn parameter(&mut self) -> Result<Node, Error> {
        let column = self.cursor.column();
        self.cursor.bump();
        let name = self.cursor.take_while(|char| char != '%');
        self.cursor.expect("%")?;
        let Some(value) = self.parameters.get(name) else {
            let names = self.parameters.keys().map(String::as_str);
            let message = format!(
                "the option `parameters` has no `{name}`{}",
                suggest(name, names)
            );
            return Err(Error::syntax(column, message));
        };
        Ok(Node::constant(Value::owned(value.as_str()), column))
    }

    fn variable(&mut self) -> Result<&'s str, Error> {
        self.cursor.bump();
        let name = self.cursor.name();
        name.ok_or_else(|| self.cursor.expected("the name of a variable"))
    }

    /// A call, or a word that stands for a value.
    fn named(&mut self) -> Result<Node, Error> {
        let column = self.cursor.column();
        let Some(name) = self.cursor.name() else {
            return Err(self
                .cursor
                .expected("a function, \"text\", a number or an [attribute]"));
        };
        if !self.cursor.eat("(") {
            if let Some(value) = word(name, self.dialect) {
                return Ok(Node::constant(value, column));
            }
            let message = format!(
                "`{name}` is followed by no `(`: text stands in double quotes, an attribute in brackets"
            );
            return Err(Error::syntax(column, message));
        }
        let definition = functions::find(name, self.dialect)
            .ok_or_else(|| Error::syntax(column, functions::unknown(name, self.dialect)))?;
        let arguments = self.arguments(definition)?;
        Node::call(definition, arguments, column, self.is_connect())
    }

    fn arguments(&mut self, definition: &'static Definition) -> Result<Vec<Node>, Error> {
        let mut arguments = Vec::new();
        if self.cursor.eat(")") {
            return Ok(arguments);
        }
        let binds = definition.takes.starts_with("$variable");
        let outside = self.variables.len();
        let mut declared = None;
        loop {
            let column = self.cursor.column();
            let index = arguments.len();
            // The variable is there from the third argument on.
            if let Some(name) = declared.take_if(|_| index == 2) {
                self.variables.push(name);
            }
            let argument = match self.cursor.peek() {
                Some(',' | ')') => node(Kind::Blank, column),
                Some('$') if binds && index == 0 => {
                    declared = Some(self.variable()?);
                    node(Kind::Blank, column)
                }
                _ if binds && index == 0 => {
                    return Err(self.cursor.expected("a variable such as `$item`"));
                }
                _ => self.expression(index == 0 && matches!(definition.name, "IIF" | "CBool"))?,
            };
            arguments.push(argument);
            if !self.cursor.another()? {
                break;
            }
        }
        self.variables.truncate(outside);
        Ok(arguments)
    }
}

fn node(kind: Kind, column: usize) -> Node {
    Node { column, kind }
}

/// An attribute's name as a selector: as it is, but that the dots in the URN of a SCIM attribute
/// (`urn:...:2.0:User:department`) are part of a name.
fn selector_of(name: &str) -> String {
    let parts = name
        .strip_prefix("urn:")
        .and_then(|_| name.rsplit_once(':'));
    match parts {
        Some((urn, attribute)) => format!("\"{urn}\".{attribute}"),
        None => name.to_owned(),
    }
}
