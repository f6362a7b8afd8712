//! The grammar: that of Spring's expression language, as far as Okta's pages use it.

use attune_dialect::Expression;
use attune_functions::expression::{
    Cursor, DEPTH_MAX, Definition, Dialect, Error, Node, Operators, Selectors, Value, chain,
};

use crate::functions::{self, groups};
use crate::operators::{CHOICE, ELVIS, INDEX, LIST, MAP, NOT, RANKS, Spelling};
use crate::{Options, references};

struct Parser<'s> {
    cursor: Cursor<'s>,
    options: &'s Options,
    selectors: Selectors,
}

/// Parses the whole text.
pub(crate) fn parse(options: &Options) -> Result<Expression, Error> {
    let source = &options.expression;
    let mut parser = Parser {
        cursor: Cursor::new(source)?,
        options,
        selectors: Selectors::default(),
    };
    let root = parser.expression()?;
    parser.cursor.end()?;
    Ok(Expression::new(
        root,
        source,
        parser.selectors,
        Dialect::Okta,
    ))
}

impl Operators for Parser<'_> {
    type Rank = &'static [Spelling];

    fn column(&self) -> usize {
        self.cursor.column()
    }

    fn operator(&mut self, rank: Self::Rank) -> Option<&'static Definition> {
        let cursor = &mut self.cursor;
        let found = rank.iter().find(|spelling| {
            if spelling.is_word {
                cursor.eat_word(spelling.text)
            } else {
                cursor.eat(spelling.text)
            }
        });
        found.map(|spelling| spelling.definition)
    }

    fn operand(&mut self) -> Result<Node, Error> {
        self.prefixed()
    }

    fn is_strict(&self) -> bool {
        false
    }
}

impl<'s> Parser<'s> {
    /// A choice, or what is closer.
    fn expression(&mut self) -> Result<Node, Error> {
        self.cursor.descend()?;
        let condition = chain(self, RANKS)?;
        let column = self.cursor.column();
        let node = if self.cursor.eat("?:") {
            let otherwise = self.expression()?;
            Node::call(&ELVIS, vec![condition, otherwise], column, false)?
        } else if self.cursor.eat("?") {
            let then = self.expression()?;
            self.cursor.expect(":")?;
            let otherwise = self.expression()?;
            Node::call(&CHOICE, vec![condition, then, otherwise], column, false)?
        } else {
            condition
        };
        self.cursor.ascend();
        Ok(node)
    }

    fn prefixed(&mut self) -> Result<Node, Error> {
        let column = self.cursor.column();
        if self.cursor.eat("!") || self.cursor.eat_word("not") {
            self.cursor.descend()?;
            let value = self.prefixed()?;
            self.cursor.ascend();
            return Node::call(&NOT, vec![value], column, false);
        }
        let node = self.primary()?;
        self.behind(node)
    }

    /// Methods, indexes and projections behind a value.
    fn behind(&mut self, mut node: Node) -> Result<Node, Error> {
        let mut depth = 0;
        loop {
            let column = self.cursor.column();
            depth += 1;
            if depth > DEPTH_MAX {
                let message = format!("more than {DEPTH_MAX} methods stand in a row");
                return Err(Error::syntax(column, message));
            }
            if self.cursor.eat(".![") {
                let names = self.path()?;
                self.cursor.expect("]")?;
                groups::check_projection(&node, &names.join("."))
                    .map_err(|why| Error::syntax(column, why))?;
            } else if self.cursor.eat("[") {
                let index = self.expression()?;
                self.cursor.expect("]")?;
                node = Node::call(&INDEX, vec![node, index], column, false)?;
            } else if self.cursor.eat(".") {
                let Some(name) = self.cursor.name() else {
                    return Err(self.cursor.expected("a method"));
                };
                if !self.cursor.eat("(") {
                    let message =
                        format!("`{name}` is no member of this value; a method has brackets");
                    return Err(Error::syntax(column, message));
                }
                node = self.method(node, name, column)?;
            } else {
                return Ok(node);
            }
        }
    }

    fn method(&mut self, receiver: Node, name: &str, column: usize) -> Result<Node, Error> {
        let full = format!(".{name}");
        let definition = functions::find(&full)
            .ok_or_else(|| Error::syntax(column, functions::unknown(&full)))?;
        let mut arguments = vec![receiver];
        arguments.extend(self.arguments()?);
        Node::call(definition, arguments, column, false)
    }

    fn primary(&mut self) -> Result<Node, Error> {
        let column = self.cursor.column();
        match self.cursor.peek() {
            Some(quote @ ('"' | '\'')) => {
                let text = self.cursor.string(quote, true)?;
                Ok(Node::constant(Value::owned(text), column))
            }
            Some('(') => {
                self.cursor.eat("(");
                let inner = self.expression()?;
                self.cursor.expect(")")?;
                Ok(inner)
            }
            Some('{') => self.braces(),
            Some('-' | '0'..='9') => self.number(),
            Some('“' | '”' | '„' | '‘' | '’') => {
                let message = "text stands in straight quotes: \"text\" or 'text'";
                Err(Error::syntax(column, message))
            }
            Some('=') => {
                let message = "`==` compares; a single `=` is no operator";
                Err(Error::syntax(column, message))
            }
            _ => self.named(),
        }
    }

    fn number(&mut self) -> Result<Node, Error> {
        let column = self.cursor.column();
        Ok(Node::constant(self.cursor.signed()?, column))
    }

    /// `{a, b}` or `{key: value}`.
    fn braces(&mut self) -> Result<Node, Error> {
        let column = self.cursor.column();
        self.cursor.eat("{");
        let (mut parts, mut is_map) = (Vec::new(), false);
        while !self.cursor.eat("}") {
            parts.push(self.expression()?);
            if self.cursor.eat(":") {
                is_map = true;
                parts.push(self.expression()?);
            }
            if !self.cursor.eat(",") && self.cursor.peek() != Some('}') {
                return Err(self.cursor.expected("`,` or `}`"));
            }
        }
        Node::call(if is_map { &MAP } else { &LIST }, parts, column, false)
    }

    /// A word, a call, a reference, or a method of a reference.
    fn named(&mut self) -> Result<Node, Error> {
        let column = self.cursor.column();
        let names = self.path()?;
        let full = names.join(".");
        if !self.cursor.eat("(") {
            return match full.as_str() {
                "true" | "TRUE" | "True" => Ok(Node::constant(Value::Boolean(true), column)),
                "false" | "FALSE" | "False" => Ok(Node::constant(Value::Boolean(false), column)),
                "null" | "NULL" => Ok(Node::constant(Value::Null, column)),
                _ => self.reference(&names, column),
            };
        }
        if references::CALLS.contains(&full.as_str()) {
            return self.other_person(&full, column);
        }
        if let Some(definition) = functions::find(&full) {
            let mut arguments = self.arguments()?;
            if let Some(groups) = self.groups(definition, &arguments, column)? {
                arguments.insert(0, groups);
            }
            return Node::call(definition, arguments, column, false);
        }
        match names.split_last() {
            Some((method, path)) if references::PERSON.contains(path.first().unwrap_or(&"")) => {
                let receiver = self.reference(path, column)?;
                self.method(receiver, method, column)
            }
            _ => Err(Error::syntax(column, functions::unknown(&full))),
        }
    }

    /// Names with dots between.
    fn path(&mut self) -> Result<Vec<&'s str>, Error> {
        let mut names = Vec::new();
        loop {
            let Some(name) = self.cursor.name() else {
                return Err(self
                    .cursor
                    .expected("a function, a text, a number or a reference"));
            };
            names.push(name);
            // A dot before `![` begins a projection.
            if self.cursor.rest().starts_with(".!") || !self.cursor.eat(".") {
                return Ok(names);
            }
        }
    }

    fn reference(&mut self, names: &[&str], column: usize) -> Result<Node, Error> {
        let selector = references::selector(names, self.options.references, &self.options.apps)
            .map_err(|why| Error::syntax(column, why))?;
        Ok(self.input(selector, column))
    }

    fn input(&mut self, selector: String, column: usize) -> Node {
        Node {
            column,
            kind: self.selectors.input(selector),
        }
    }

    /// A call that gives the manager, or an attribute by its name.
    fn other_person(&mut self, name: &str, column: usize) -> Result<Node, Error> {
        let arguments = self.arguments()?;
        let word = arguments.first().and_then(Node::constant_text);
        if name == "user.getInternalProperty" {
            return match word {
                Some(word @ ("id" | "status")) => Ok(self.input(word.to_owned(), column)),
                _ => Err(Error::syntax(
                    column,
                    "`user.getInternalProperty` has \"id\" and \"status\"",
                )),
            };
        }
        if name == "user.getLinkedObject" && word != Some("manager") {
            let message = "the linked object \"manager\" is known alone: the source's option `manager` says which link that is";
            return Err(Error::syntax(column, message));
        }
        let wanted = if name == "getManagerAppUser" { 2 } else { 1 };
        if arguments.len() != wanted || word.is_none() {
            let message = format!("`{name}` takes {wanted} text(s), then an attribute follows");
            return Err(Error::syntax(column, message));
        }
        if !self.cursor.eat(".") {
            let message =
                format!("an attribute of the manager is expected, such as `{name}(...).email`");
            return Err(Error::syntax(self.cursor.column(), message));
        }
        let mut names = self.path()?;
        let method = if self.cursor.eat("(") {
            names.pop()
        } else {
            None
        };
        let selector = references::of_person(&names, self.options.references);
        let manager = self.input(format!("manager.{selector}"), column);
        match method {
            Some(method) => self.method(manager, method, column),
            None => Ok(manager),
        }
    }

    /// The column of groups that a function wants before its arguments.
    fn groups(
        &mut self,
        definition: &Definition,
        arguments: &[Node],
        column: usize,
    ) -> Result<Option<Node>, Error> {
        let (option, selector) = match groups::wanted(definition, arguments)? {
            None => return Ok(None),
            Some(groups::Wanted::Names) => ("groups", &self.options.groups),
            Some(groups::Wanted::Ids) => ("group-ids", &self.options.group_ids),
        };
        if selector.is_empty() {
            let message = groups::not_given(definition.name, option);
            return Err(Error::syntax(column, message));
        }
        Ok(Some(self.input(selector.clone(), column)))
    }

    fn arguments(&mut self) -> Result<Vec<Node>, Error> {
        let mut arguments = Vec::new();
        if self.cursor.eat(")") {
            return Ok(arguments);
        }
        loop {
            arguments.push(self.expression()?);
            if !self.cursor.another()? {
                return Ok(arguments);
            }
        }
    }
}
