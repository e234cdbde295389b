//! The logos of applications.

use latchkey_domain::logo::{Logo, LogoDigest, LogoType};
use latchkey_store::Store;

use crate::made;

const BYTES: &[u8] = b"\x89PNG\r\n\x1a\nlogo";

async fn with_a_shop(store: &Store) {
    let shop = made::application("shop");
    made::added(store, async |tx| tx.add_application(&shop).await).await;
}

/// Gives an application, with the next version of its row, this logo.
async fn give(store: &Store, digest: [u8; 32], bytes: Option<&[u8]>) {
    let tx = store.begin().await.unwrap();
    let mut shop = tx.application(&made::shop()).await.unwrap().unwrap();
    shop.version += 1;
    shop.logo = bytes.map(|bytes| Logo {
        media_type: LogoType::Png,
        digest: LogoDigest(digest),
        size: bytes.len().try_into().unwrap(),
    });
    assert!(tx.update_application(&shop).await.unwrap());
    match bytes {
        Some(bytes) => tx.put_logo(&made::shop(), bytes).await.unwrap(),
        None => tx.remove_logo(&made::shop()).await.unwrap(),
    }
    tx.commit().await.unwrap();
}

crate::both! {
    async fn a_logo_reads_back_by_its_digest_and_another_takes_its_place(db) {
        let store = db.store().await;
        with_a_shop(&store).await;
        let shop = made::shop();
        assert_eq!(store.application(&shop).await.unwrap().unwrap().logo, None);

        give(&store, [1; 32], Some(BYTES)).await;
        let known = store.application(&shop).await.unwrap().unwrap().logo.unwrap();
        let size = u32::try_from(BYTES.len()).unwrap();
        let expected = Logo { media_type: LogoType::Png, digest: LogoDigest([1; 32]), size };
        assert_eq!(known, expected);
        let found = store.logo(&shop, LogoDigest([1; 32])).await.unwrap();
        assert_eq!(found, Some((LogoType::Png, BYTES.to_vec())));
        assert_eq!(store.logo(&shop, LogoDigest([2; 32])).await.unwrap(), None);

        give(&store, [2; 32], Some(b"another")).await;
        assert_eq!(store.logo(&shop, LogoDigest([1; 32])).await.unwrap(), None);
        let another = store.logo(&shop, LogoDigest([2; 32])).await.unwrap();
        assert_eq!(another, Some((LogoType::Png, b"another".to_vec())));
        assert_eq!(db.number("SELECT COUNT(*) FROM application_logos").await, 1);
    }

    async fn a_logo_goes_when_it_is_taken_away_and_with_its_application(db) {
        let store = db.store().await;
        with_a_shop(&store).await;
        for gone_with_application in [false, true] {
            give(&store, [1; 32], Some(BYTES)).await;
            if gone_with_application {
                let tx = store.begin().await.unwrap();
                tx.lock_application(&made::shop()).await.unwrap().unwrap();
                tx.remove_application(&made::shop(), 9).await.unwrap();
                tx.commit().await.unwrap();
            } else {
                give(&store, [1; 32], None).await;
            }
            assert_eq!(db.number("SELECT COUNT(*) FROM application_logos").await, 0);
            assert_eq!(store.logo(&made::shop(), LogoDigest([1; 32])).await.unwrap(), None);
        }
    }
}
