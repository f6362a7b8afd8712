//! Operators between operands, in ranks.
//!
//! A dialect says how its operators are spelt and what an operand is; that ranks bind from the
//! loosest to the closest, that each is read from left to right, and how many may stand in a row is
//! the same for all.

use super::{DEPTH_MAX, Definition, Error, Node};

/// What a parser tells of its operators.
pub trait Operators {
    /// The operators that bind equally.
    type Rank: Copy;

    /// The column of what is next.
    fn column(&self) -> usize;

    /// Takes an operator of the rank, where one stands here.
    fn operator(&mut self, rank: Self::Rank) -> Option<&'static Definition>;

    /// What stands between operators of any rank.
    fn operand(&mut self) -> Result<Node, Error>;

    /// A number written where a text is wanted is refused.
    fn is_strict(&self) -> bool;
}

/// Operands with operators of the first rank between them; operands are chains of the others.
/// The same operator several times in a row is one call, so that long sums are not deep.
pub fn chain<P: Operators>(parser: &mut P, ranks: &[P::Rank]) -> Result<Node, Error> {
    let Some((rank, closer)) = ranks.split_first() else {
        return parser.operand();
    };
    let mut left = chain(parser, closer)?;
    let mut depth = 0;
    let mut column = parser.column();
    let mut next = parser.operator(*rank);
    while let Some(operator) = next {
        depth += 1;
        if depth > DEPTH_MAX {
            let message = format!("more than {DEPTH_MAX} different operators stand in a row");
            return Err(Error::syntax(column, message));
        }
        let mut operands = vec![left];
        let here = column;
        loop {
            operands.push(chain(parser, closer)?);
            column = parser.column();
            next = parser.operator(*rank);
            let is_same = next.is_some_and(|next| next.name == operator.name);
            if !(is_same && operator.is_repeated()) {
                break;
            }
        }
        left = Node::call(operator, operands, here, parser.is_strict())?;
    }
    Ok(left)
}
