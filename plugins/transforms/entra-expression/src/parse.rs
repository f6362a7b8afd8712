//! The grammar of both dialects.
//!
//! Provisioning has calls, texts, numbers and attributes; a comparison stands in `IIF` and `CBool`
//! only. Connect Sync has operators between them: its page gives all of them one rank, but its own
//! default rules need comparisons to bind closer than `&&` and `||`, and `&` closer than both, so
//! these are three ranks here, each read from left to right.

use std::collections::BTreeMap;

use attune_functions::convert::hex_literal;
use attune_functions::expression::{
    Cursor, DEPTH_MAX, Definition, Dialect, Error, Kind, Node, Value, suggest,
};

use crate::functions::{self, word};
use crate::operators::{self, COMPARISONS, OTHERS, TRUTH};

/// A parsed expression.
pub(crate) struct Expression {
    pub(crate) root: Node,
    pub(crate) source: String,
    /// The selectors of columns 1 and up.
    pub(crate) selectors: Vec<String>,
    pub(crate) dialect: Dialect,
    pub(crate) strict_empty: bool,
}

struct Parser<'s> {
    cursor: Cursor<'s>,
    dialect: Dialect,
    parameters: &'s BTreeMap<String, String>,
    selectors: Vec<String>,
    /// The variables of the enclosing calls.
    variables: Vec<&'s str>,
}

impl Expression {
    /// Parses the whole text.
    pub(crate) fn parse(
        source: &str,
        dialect: Dialect,
        parameters: &BTreeMap<String, String>,
    ) -> Result<Self, Error> {
        let mut parser = Parser {
            cursor: Cursor::new(source)?,
            dialect,
            parameters,
            selectors: Vec::new(),
            variables: Vec::new(),
        };
        let root = parser.expression(false)?;
        parser.cursor.end()?;
        Ok(Self {
            root,
            source: source.to_owned(),
            selectors: parser.selectors,
            dialect,
            strict_empty: true,
        })
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
            self.chain(&[TRUTH, COMPARISONS, OTHERS])?
        } else {
            self.comparison(compares)?
        };
        self.cursor.ascend();
        Ok(node)
    }

    fn comparison(&mut self, compares: bool) -> Result<Node, Error> {
        let left = self.operand()?;
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
        let right = self.operand()?;
        Node::call(operator, vec![left, right], column, false)
    }

    /// Operands with operators of the first rank between them; operands are chains of the others.
    /// The same operator several times in a row is one call, so that long sums are not deep.
    fn chain(&mut self, ranks: &[&'static [Definition]]) -> Result<Node, Error> {
        let Some((rank, closer)) = ranks.split_first() else {
            return self.operand();
        };
        let mut left = self.chain(closer)?;
        let mut depth = 0;
        let mut column = self.cursor.column();
        let mut next = self.operator(rank);
        while let Some(operator) = next {
            depth += 1;
            if depth > DEPTH_MAX {
                let message = format!("more than {DEPTH_MAX} different operators stand in a row");
                return Err(Error::syntax(column, message));
            }
            let mut operands = vec![left];
            let here = column;
            loop {
                operands.push(self.chain(closer)?);
                column = self.cursor.column();
                next = self.operator(rank);
                let is_same = next.is_some_and(|next| next.name == operator.name);
                if !(is_same && operators::is_repeated(operator)) {
                    break;
                }
            }
            left = Node::call(operator, operands, here, true)?;
        }
        Ok(left)
    }

    fn operator(&mut self, rank: &'static [Definition]) -> Option<&'static Definition> {
        // `&&` is no `&`.
        let is_double = self.cursor.rest().starts_with("&&");
        let is_here = |operator: &&Definition, cursor: &mut Cursor<'_>| {
            !(is_double && operator.name == "&") && cursor.eat(operator.name)
        };
        let cursor = &mut self.cursor;
        rank.iter().find(|operator| is_here(operator, cursor))
    }

    fn operand(&mut self) -> Result<Node, Error> {
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
        let is_negative = self.cursor.eat("-");
        let digits = self.cursor.number();
        let text = format!("{}{digits}", if is_negative { "-" } else { "" });
        let value = match (text.parse(), text.parse()) {
            (Ok(integer), _) => Value::Integer(integer),
            (_, Ok(float)) if !digits.is_empty() => Value::Float(float),
            _ => return Err(self.cursor.expected("a number")),
        };
        Ok(Node::constant(value, column))
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
        let known = self.selectors.iter().position(|known| *known == selector);
        let index = known.unwrap_or_else(|| {
            self.selectors.push(selector);
            self.selectors.len() - 1
        });
        Ok(node(Kind::Input(index + 1), column))
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
            if self.cursor.eat(")") {
                break;
            }
            if !self.cursor.eat(",") {
                return Err(self.cursor.expected("`,` or `)`"));
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
