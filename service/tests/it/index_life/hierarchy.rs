//! Folders, and what devices are told of them.

use backends::{Class, Folder, FolderRef, Role, Survey};
use directpush::ids::{FolderNo, Principal};
use directpush::index::{Deed, FolderSync, Notes, OwnChange, OwnDeed};

use super::{House, mail};

#[tokio::test]
async fn the_hierarchy_is_told_like_items_are() {
    let house = House::new().await;
    assert!(
        house
            .index
            .hierarchy_behind(house.a, Notes::Shown)
            .await
            .unwrap()
    );
    let first = house.folder_sync(house.a, "0").await;
    assert_eq!(
        first.adds.len(),
        9,
        "special folders exist, virtually if need be"
    );
    assert!(
        !house
            .index
            .hierarchy_behind(house.a, Notes::Shown)
            .await
            .unwrap()
    );
    let none = house.folder_sync(house.a, &first.key).await;
    assert!(none.is_empty() && none.key == first.key);
    let child = Folder {
        parent: Some(FolderRef::new("Projekt")),
        ..mail("Projekt/Akte", Role::Plain)
    };
    let listed = vec![
        mail("Inbox", Role::Inbox),
        mail("Gesendet", Role::Sent),
        mail("Projekt", Role::Plain),
        child,
    ];
    house
        .index
        .refresh_hierarchy(house.account, &listed)
        .await
        .unwrap();
    assert!(
        house
            .index
            .hierarchy_behind(house.a, Notes::Shown)
            .await
            .unwrap()
    );
    let lost = house.folder_sync(house.a, &first.key).await;
    let again = house.folder_sync(house.a, &first.key).await;
    assert_eq!(lost.adds, again.adds, "the answer was lost");
    assert_eq!(again.adds[1].parent, again.adds[0].no);
    let gone = again.adds[1].no;
    let holds = house
        .index
        .hierarchy_holds(house.a, &[gone, FolderNo(99)])
        .await
        .unwrap();
    assert_eq!(holds, [true, false]);
    assert!(house.folder_sync(house.a, &again.key).await.is_empty());
    let unknown = house
        .index
        .folder_sync(house.a, &first.key, Notes::Shown, 1)
        .await;
    assert_eq!(unknown.unwrap(), FolderSync::UnknownKey);
}

#[tokio::test]
async fn a_removed_folder_and_a_stand_in_are_deleted_once() {
    let house = House::new().await;
    let mut listed = vec![
        mail("Inbox", Role::Inbox),
        mail("Gesendet", Role::Sent),
        mail("Projekt", Role::Plain),
        mail("Akte", Role::Plain),
    ];
    house
        .index
        .refresh_hierarchy(house.account, &listed)
        .await
        .unwrap();
    let first = house.folder_sync(house.a, "0").await;
    let gone = first
        .adds
        .iter()
        .find(|known| known.name == "Akte")
        .unwrap()
        .no;
    listed.pop();
    listed[2].role = Role::Trash;
    house
        .index
        .refresh_hierarchy(house.account, &listed)
        .await
        .unwrap();
    let third = house.folder_sync(house.a, &first.key).await;
    assert_eq!(third.updates.len(), 1);
    assert!(
        third.deletes.contains(&gone) && third.deletes.len() == 2,
        "and the virtual Trash"
    );
    assert!(
        house.folder_sync(house.a, &third.key).await.is_empty(),
        "no delete twice"
    );
}

#[tokio::test]
async fn notes_are_told_to_devices_that_can_take_them() {
    let house = House::new().await;
    let old = house
        .index
        .folder_sync(house.a, "0", Notes::Hidden, 1)
        .await
        .unwrap();
    let FolderSync::Page(old) = old else {
        panic!("unknown key")
    };
    assert_eq!(old.adds.len(), 8);
    let new = house.folder_sync(house.a, &old.key).await;
    assert_eq!((new.adds.len(), new.adds[0].class), (1, Class::Notes));
}

impl House {
    /// A deed of device a, done and listed.
    async fn does(&self, key: &str, deed: Deed, listed: &[Folder]) -> Option<OwnChange> {
        let survey = Survey {
            folders: listed.to_vec(),
            missing: Vec::new(),
        };
        let own = OwnDeed {
            key,
            deed,
            survey: &survey,
            notes: Notes::Shown,
            now: 1,
        };
        self.index.folder_written(self.a, &own).await.unwrap()
    }

    async fn behind(&self, who: Principal) -> bool {
        let behind = self.index.hierarchy_behind(who, Notes::Shown).await;
        behind.unwrap()
    }
}

#[tokio::test]
async fn a_device_is_not_told_of_what_it_did_itself_and_others_are() {
    let house = House::new().await;
    let mut key = house.folder_sync(house.a, "0").await.key;
    let mut other = house.folder_sync(house.b, "0").await.key;
    let base = [mail("Inbox", Role::Inbox), mail("Gesendet", Role::Sent)];
    let below = |name: &str, parent: &str| Folder {
        parent: Some(FolderRef::new(parent)),
        ..mail(name, Role::Plain)
    };
    let (new, made) = (FolderRef::new("Neu"), mail("Neu", Role::Plain));
    let child = below("Neu/Akte", "Neu");
    let one = [base.to_vec(), vec![made.clone()]].concat();
    let own = house.does(&key, Deed::Made(new.clone()), &one).await;
    let own = own.unwrap();
    let told = house.index.hierarchy_told(house.a, &own.key).await.unwrap();
    assert!(own.changed && told.unwrap().contains(&own.folder));
    // Lost, and asked again: the same folder, and a key that is as good.
    let again = house.does(&key, Deed::Made(new), &one).await.unwrap();
    assert_eq!((again.folder, again.changed), (own.folder, false));
    assert!(!house.behind(house.a).await && house.behind(house.b).await);
    let page = house.folder_sync(house.b, &other).await;
    assert_eq!(page.adds.len(), 1);
    (key, other) = (own.key, page.key);

    let two = [one, vec![child]].concat();
    house
        .index
        .refresh_hierarchy(house.account, &two)
        .await
        .unwrap();
    key = house.folder_sync(house.a, &key).await.key;
    let renamed = Folder {
        name: "Alt".to_owned(),
        ..made
    };
    let three = [base.to_vec(), vec![renamed, below("Neu/Akte", "Neu")]].concat();
    let own = house.does(&key, Deed::Changed(again.folder), &three);
    key = own.await.unwrap().key;
    assert!(house.folder_sync(house.a, &key).await.is_empty());
    let page = house.folder_sync(house.b, &other).await;
    assert_eq!((page.adds.len(), page.updates.len()), (1, 1));
    other = page.key;

    let own = house.does(&key, Deed::Removed(again.folder), &base);
    key = own.await.unwrap().key;
    assert!(house.folder_sync(house.a, &key).await.is_empty());
    assert!(!house.behind(house.a).await);
    let page = house.folder_sync(house.b, &other).await;
    assert_eq!(page.deletes.len(), 2, "and what was below it");
}

#[tokio::test]
async fn what_others_did_meanwhile_is_still_told() {
    let house = House::new().await;
    let key = house.folder_sync(house.a, "0").await.key;
    let listed = [
        mail("Inbox", Role::Inbox),
        mail("Gesendet", Role::Sent),
        mail("Mein", Role::Plain),
        mail("Dein", Role::Plain),
    ];
    let own = house.does(&key, Deed::Made(FolderRef::new("Mein")), &listed);
    let own = own.await.unwrap();
    assert!(house.behind(house.a).await);
    let page = house.folder_sync(house.a, &own.key).await;
    let adds: Vec<_> = page.adds.iter().map(|known| known.name.as_str()).collect();
    assert_eq!(adds, ["Dein"]);
}

#[tokio::test]
async fn a_deed_under_a_key_that_is_not_known_is_not_written() {
    let house = House::new().await;
    house.folder_sync(house.a, "0").await;
    let listed = [mail("Inbox", Role::Inbox), mail("Neu", Role::Plain)];
    let made = Deed::Made(FolderRef::new("Neu"));
    assert_eq!(house.does("1.invented", made, &listed).await, None);
    assert!(!house.behind(house.a).await);
    for key in ["0", "1.invented"] {
        let told = house.index.hierarchy_told(house.a, key).await;
        assert_eq!(told.unwrap(), None, "{key}");
    }
}
