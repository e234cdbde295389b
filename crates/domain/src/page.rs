//! Pages of lists (AIP-158), by the last item that was seen, never by a count.

use crate::Invalid;

/// How many items a page may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageSize(pub u32);

impl PageSize {
    /// What a page holds when nobody says.
    pub const DEFAULT: u32 = 25;
    /// A page of the largest resources stays below the limit of an answer, 4 MiB.
    pub const MAX: u32 = 100;

    /// Accepts 0 (the default) to 100.
    pub fn parse(size: i32) -> Result<Self, Invalid> {
        match u32::try_from(size) {
            Ok(0) => Ok(Self(Self::DEFAULT)),
            Ok(size) if size <= Self::MAX => Ok(Self(size)),
            _ => Err(Invalid::new("must be 0 to 100")),
        }
    }
}

/// What to list: how many, and after which item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<Cursor> {
    /// How many at most.
    pub size: PageSize,
    /// The last item that was seen.
    pub after: Option<Cursor>,
}

/// Some of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed<Item, Cursor> {
    /// The items.
    pub items: Vec<Item>,
    /// The last of them, if there are more behind it.
    pub next: Option<Cursor>,
}

impl<Item, Cursor> Listed<Item, Cursor> {
    /// Makes a page of one item more than fits, which tells that there are more.
    pub fn from_one_more(
        mut items: Vec<Item>,
        size: PageSize,
        cursor: impl Fn(&Item) -> Cursor,
    ) -> Self {
        let more = items.len() > size.0 as usize;
        items.truncate(size.0 as usize);
        let next = items.last().filter(|_| more).map(cursor);
        Self { items, next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_page_has_nothing_behind_it() {
        let page = |items: Vec<u32>| Listed::from_one_more(items, PageSize(2), |item| *item);
        assert_eq!(page(vec![1, 2]), Listed { items: vec![1, 2], next: None });
        assert_eq!(page(vec![1, 2, 3]), Listed { items: vec![1, 2], next: Some(2) });
        assert_eq!(page(vec![]), Listed { items: vec![], next: None });
    }

    #[test]
    fn a_page_holds_1_to_100_items() {
        assert_eq!(PageSize::parse(0), Ok(PageSize(25)));
        assert_eq!(PageSize::parse(100), Ok(PageSize(100)));
        assert!(PageSize::parse(101).is_err());
        assert!(PageSize::parse(-1).is_err());
    }
}
