//! What every engine begins with in the second comparison: the twelve attributes of each person that
//! the table reads, under their names, as our stage has them in columns.

use attune_bench::setup::Setup;

/// Names of the attributes, in the order of `plain::SELECTORS`.
pub const ATTRIBUTES: [&str; 12] = [
    "department",
    "jobTitle",
    "city",
    "userPrincipalName",
    "mail",
    "officeLocation",
    "country",
    "businessPhone",
    "mobilePhone",
    "extensionAttribute1",
    "extensionAttribute2",
    "extensionAttribute3",
];

/// A person's attributes in that order.
pub type Person = [Option<String>; 12];

/// Everyone.
pub fn read(setup: &Setup) -> Vec<Person> {
    let mut people = Vec::new();
    for columns in setup.inputs() {
        let rows = columns.first().map_or(0, |column| column.rows());
        let text = |row: usize, at: usize| columns[at].cell(row).as_text().map(str::to_owned);
        people.extend((0..rows).map(|row| std::array::from_fn(|at| text(row, at))));
    }
    people
}

/// A person's attributes with their names.
pub fn named(person: &Person) -> impl Iterator<Item = (&'static str, Option<&str>)> {
    let names = ATTRIBUTES.into_iter();
    names.zip(person.iter().map(Option::as_deref))
}
