use registry_core::{Actor, Error};

#[test]
fn names_are_1_to_255_bytes_without_control_characters() {
    for name in ["a", "system:serviceaccount:ns:builder", "Zoë Łuk", &"x".repeat(255)] {
        let actor: Actor = name.parse().unwrap();
        assert_eq!(actor.as_str(), name);
        assert_eq!(actor.to_string(), name);
        let json = serde_json::to_string(&actor).unwrap();
        assert_eq!(serde_json::from_str::<Actor>(&json).unwrap(), actor);
    }
    for name in ["", "a\nb", "a\0", "\u{85}", &"x".repeat(256)] {
        assert!(matches!(name.parse::<Actor>(), Err(Error::InvalidActor { .. })), "{name:?}");
        let json = serde_json::to_string(name).unwrap();
        assert!(serde_json::from_str::<Actor>(&json).is_err(), "{name:?}");
    }
    assert_eq!(Actor::anonymous().as_str(), "anonymous");
}
