//! Lists in pages, turned until what is looked for is found.

use latchkey_domain::provider::Error;
use serde::{Deserialize, de::DeserializeOwned};
use url::Url;

use super::Bitbucket;
use crate::reads::Reading;

/// More than people's lists have.
const MAX_PAGES: usize = 5;

/// A page of a list.
#[derive(Deserialize)]
struct Page<T> {
    values: Vec<T>,
    /// Where the next page is; absent on the last.
    #[serde(default)]
    next: Option<String>,
}

impl Bitbucket {
    /// Shows the entries of the list at `first` one after another, until one is what was looked for. Of a list that is
    /// cut short nothing is known, so it is an error.
    pub(super) async fn look_through<T: DeserializeOwned + Send>(
        &self,
        first: Url,
        reading: Reading<'_>,
        mut is_it: impl FnMut(T) -> bool + Send,
    ) -> Result<bool, Error> {
        let mut read = Vec::with_capacity(MAX_PAGES);
        let mut url = first.clone();
        loop {
            // Large as it is, it is kept out of the futures around it.
            let page: Page<T> = Box::pin(self.read(&url, reading)).await?;
            if page.values.into_iter().any(&mut is_it) {
                return Ok(true);
            }
            let Some(next) = page.next else { return Ok(false) };
            read.push(url);
            url = following(&first, &next)?;
            if read.len() == MAX_PAGES || read.contains(&url) {
                return Err(Error::Malformed("pages without end"));
            }
        }
    }
}

/// A link to another page. The token goes nowhere else, and a list that is cut short proves nothing.
fn following(first: &Url, next: &str) -> Result<Url, Error> {
    const ELSEWHERE: Error = Error::Malformed("a page link that leads elsewhere");
    let next = Url::parse(next).map_err(|_| ELSEWHERE)?;
    let same = next.origin() == first.origin()
        && next.path() == first.path()
        && next.username().is_empty()
        && next.password().is_none();
    if same { Ok(next) } else { Err(ELSEWHERE) }
}

#[cfg(test)]
mod tests {
    use super::following;

    #[test]
    fn a_page_link_leads_to_the_same_list() {
        let first = "https://api.bitbucket.org/2.0/user/emails".parse().unwrap();
        let follow = |next: &str| following(&first, next).is_ok();
        assert!(follow("https://api.bitbucket.org/2.0/user/emails?page=2"));
        assert!(follow("https://api.bitbucket.org:443/2.0/user/emails?page=2"));
        for elsewhere in [
            "/2.0/user/emails?page=2",
            "http://api.bitbucket.org/2.0/user/emails?page=2",
            "https://api.bitbucket.org:8443/2.0/user/emails?page=2",
            "https://api.bitbucket.org.attacker.example/2.0/user/emails",
            "https://api.bitbucket.org@attacker.example/2.0/user/emails",
            "https://token@api.bitbucket.org/2.0/user/emails",
            "https://api.bitbucket.org/2.0/snippets",
            "file:///2.0/user/emails",
            "",
        ] {
            assert!(!follow(elsewhere), "{elsewhere}");
        }
    }
}
