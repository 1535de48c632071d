//! Folders, and what devices are told of them.

use backends::{Class, Folder, FolderRef, Role};
use directpush::ids::FolderNo;
use directpush::index::{FolderSync, Notes};

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

#[tokio::test]
async fn a_device_is_not_told_of_the_folder_that_it_made() {
    let house = House::new().await;
    let first = house.folder_sync(house.a, "0").await;
    let listed = [
        mail("Inbox", Role::Inbox),
        mail("Gesendet", Role::Sent),
        mail("Neu", Role::Plain),
    ];
    house
        .index
        .refresh_hierarchy(house.account, &listed)
        .await
        .unwrap();
    let folders = house.index.folders(house.account).await.unwrap();
    let made = folders
        .iter()
        .find(|folder| folder.name == "Neu")
        .unwrap()
        .no;
    let key = house
        .index
        .folder_written(house.a, &first.key, made, 1)
        .await
        .unwrap()
        .unwrap();
    assert!(house.folder_sync(house.a, &key).await.is_empty());
}
