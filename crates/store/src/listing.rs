//! Lists by age: the place in one is the last row's time and id, never a count.

use latchkey_domain::page::{Listed, Page, PageSize};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
    Select, sea_query::Expr,
};
use serde::{Deserialize, Serialize};

use crate::Result;

/// The last row that was seen: when it was created, and its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor<Id> {
    /// In microseconds.
    pub created_at: i64,
    /// Tells rows of one moment apart.
    pub id: Id,
}

/// A place in a list of rows with readable ids.
pub type TimeCursor = Cursor<String>;

/// Reads one page, oldest first, and turns each row into what it stands for.
///
/// The columns hold each row's age and id, and may be of another table than the rows are.
pub(crate) async fn list<E, C, Id, Item>(
    db: &impl ConnectionTrait,
    select: Select<E>,
    columns: (C, C),
    page: &Page<Cursor<Id>>,
    read: impl Fn(E::Model) -> Result<(Cursor<Id>, Item)>,
) -> Result<Listed<Item, Cursor<Id>>>
where
    E: EntityTrait,
    C: ColumnTrait,
    Id: Clone + Into<sea_orm::Value>,
{
    let (created_at, id) = columns;
    let select = match &page.after {
        None => select,
        Some(cursor) => select.filter(place(columns).gt(cursor_values(cursor))),
    };
    let select = select.order_by_asc(created_at).order_by_asc(id);
    read_page(db, select, page.size, read).await
}

/// Reads one page as [`list`] does, newest first.
pub(crate) async fn list_newest_first<E, Id, Item>(
    db: &impl ConnectionTrait,
    select: Select<E>,
    columns: (E::Column, E::Column),
    page: &Page<Cursor<Id>>,
    read: impl Fn(E::Model) -> Result<(Cursor<Id>, Item)>,
) -> Result<Listed<Item, Cursor<Id>>>
where
    E: EntityTrait,
    Id: Clone + Into<sea_orm::Value>,
{
    let (created_at, id) = columns;
    let select = match &page.after {
        None => select,
        Some(cursor) => select.filter(place(columns).lt(cursor_values(cursor))),
    };
    let select = select.order_by_desc(created_at).order_by_desc(id);
    read_page(db, select, page.size, read).await
}

fn place<C: ColumnTrait>((created_at, id): (C, C)) -> Expr {
    Expr::tuple([Expr::col(created_at.as_column_ref()), Expr::col(id.as_column_ref())])
}

fn cursor_values<Id: Clone + Into<sea_orm::Value>>(cursor: &Cursor<Id>) -> Expr {
    Expr::tuple([Expr::val(cursor.created_at), Expr::val(cursor.id.clone().into())])
}

async fn read_page<E, Id, Item>(
    db: &impl ConnectionTrait,
    select: Select<E>,
    size: PageSize,
    read: impl Fn(E::Model) -> Result<(Cursor<Id>, Item)>,
) -> Result<Listed<Item, Cursor<Id>>>
where
    E: EntityTrait,
    Id: Clone,
{
    let rows = select.limit(u64::from(size.0) + 1).all(db).await?;
    let items = rows.into_iter().map(read).collect::<Result<Vec<_>>>()?;
    let listed = Listed::from_one_more(items, size, |(cursor, _)| Cursor {
        created_at: cursor.created_at,
        id: cursor.id.clone(),
    });
    let items = listed.items.into_iter().map(|(_, item)| item).collect();
    Ok(Listed { items, next: listed.next })
}
