//! Lists, page by page, to their end.

use anyhow::Result;

/// How a list is asked for.
#[derive(Debug, Clone, Copy, Default, clap::Args)]
pub(crate) struct PageSize {
    /// How many to ask for at once; the list is shown to its end whatever it is.
    #[arg(long, value_name = "NUMBER", default_value_t = PageSize::LARGEST)]
    pub(crate) page_size: i32,
}

impl PageSize {
    /// The largest page that the service gives.
    pub(crate) const LARGEST: i32 = 100;
}

/// How a list that can be narrowed is asked for.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct Paging {
    #[command(flatten)]
    pub(crate) size: PageSize,
    /// Only those that fit, such as 'application = "environments/dev/applications/demo"'.
    #[arg(long, value_name = "FILTER", default_value = "", hide_default_value = true)]
    pub(crate) filter: String,
}

/// A list to ask for page by page: `pages!(admin.list_connections(first).connections)`.
macro_rules! pages {
    ($client:ident.$method:ident($first:expr).$items:ident) => {{
        let (client, first) = (&$client, &$first);
        move |page_token: String| {
            let (mut client, mut request) = (client.clone(), first.clone());
            request.page_token = page_token;
            async move {
                let asked = client.$method($crate::client::ask(request));
                let page = $crate::client::answer(asked).await?;
                Ok((page.$items, page.next_page_token))
            }
        }
    }};
}
pub(crate) use pages;

/// Asks for page after page, by the token that came with the one before, and hands each on.
pub(crate) async fn each_page<T, F>(
    mut page: impl FnMut(String) -> F,
    mut take: impl FnMut(Vec<T>) -> Result<()>,
) -> Result<()>
where
    F: Future<Output = Result<(Vec<T>, String)>>,
{
    let mut token = String::new();
    loop {
        let (items, next) = page(token).await?;
        take(items)?;
        if next.is_empty() {
            return Ok(());
        }
        token = next;
    }
}

/// All items of all pages.
pub(crate) async fn all_pages<T, F>(page: impl FnMut(String) -> F) -> Result<Vec<T>>
where
    F: Future<Output = Result<(Vec<T>, String)>>,
{
    let mut all = Vec::new();
    each_page(page, |items| {
        all.extend(items);
        Ok(())
    })
    .await?;
    Ok(all)
}
