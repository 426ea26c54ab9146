//! How many connections there may be, and how many requests on each.

use std::io::Read;

use crate::support::{Ask, Connection, House};

/// What a connection is told that says nothing itself.
fn turned_away(house: &House, status: u16, code: &str) {
    let mut connection = house.connect();
    let reply = connection.read("GET").checked(&Ask::new("GET", "/v2/")).refused(status, code);
    assert!(reply.header("retry-after").parse::<u32>().unwrap() > 0, "{reply}");
    assert_eq!(reply.header("connection"), "close");
    assert!(connection.is_closed());
}

/// Connections that are counted: each was answered once.
fn used(house: &House, count: usize) -> Vec<Connection> {
    let mut connections: Vec<_> = (0..count).map(|_| house.connect()).collect();
    for connection in &mut connections {
        connection.send(&Ask::new("GET", "/v2/")).expect(200);
    }
    connections
}

/// Tries until a connection is served again.
fn served_again(house: &House) {
    for _ in 0..500 {
        let mut connection = house.connect();
        let _ = connection.write(&Ask::new("GET", "/v2/").bytes());
        if connection.read("GET").status == 200 {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("the place of a connection that is gone is not given to another");
}

#[test]
fn one_connection_too_many_is_told_so() {
    let house = House::limited(|limits| limits.connections = 3);
    let mut connections = used(&house, 3);
    for _ in 0..300 {
        turned_away(&house, 503, "UNAVAILABLE");
    }
    for connection in &mut connections {
        connection.send(&Ask::new("GET", "/v2/")).expect(200);
    }
    drop(connections);
    served_again(&house);
}

#[test]
fn one_connection_too_many_of_an_address_is_told_so() {
    let house = House::limited(|limits| limits.connections_per_address = 2);
    let connections = used(&house, 2);
    turned_away(&house, 429, "TOOMANYREQUESTS");
    // All of 127.0.0.0/8 is this machine.
    let other = socket_from("127.0.0.2", &house);
    Connection::on(other).send(&Ask::new("GET", "/v2/")).expect(200);
    drop(connections);
    served_again(&house);
}

fn socket_from(address: &str, house: &House) -> std::net::TcpStream {
    house.runtime().block_on(async {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind(format!("{address}:0").parse().unwrap()).unwrap();
        let stream = socket.connect(house.address()).await.unwrap().into_std().unwrap();
        stream.set_nonblocking(false).unwrap();
        stream
    })
}

#[test]
fn many_who_are_turned_away_and_do_not_leave_are_still_told() {
    let house = House::limited(|limits| limits.connections = 1);
    let _used = used(&house, 1);
    let mut crowd: Vec<_> = (0..300).map(|_| house.connect()).collect();
    for connection in &mut crowd {
        connection.read("GET").refused(503, "UNAVAILABLE");
    }
}

#[test]
fn a_request_that_was_sent_already_does_not_take_the_answer_away() {
    let house = House::limited(|limits| limits.connections = 1);
    let _used = used(&house, 1);
    for _ in 0..20 {
        let ask = Ask::new("PUT", "/v2/a/b/manifests/latest").body(vec![1; 100_000]);
        let mut connection = house.connect();
        let _ = connection.write(&ask.bytes());
        connection.read("PUT").refused(503, "UNAVAILABLE");
    }
}

#[test]
fn a_connection_ends_after_its_last_request() {
    let house = House::limited(|limits| limits.requests_per_connection = 3);
    let mut connection = house.connect();
    for last in [false, false, true] {
        let reply = connection.send(&Ask::new("GET", "/v2/")).expect(200);
        assert_eq!(reply.get("connection"), last.then_some("close"), "{reply}");
    }
    assert!(connection.is_closed());
    // Those that were sent ahead are left unanswered, and the client knows which.
    let mut ahead = house.connect();
    ahead.write(&Ask::new("GET", "/v2/").bytes().repeat(5)).unwrap();
    let mut all = Vec::new();
    let _ = ahead.stream().read_to_end(&mut all);
    let answers = String::from_utf8_lossy(&all).matches("HTTP/1.1 200").count();
    assert_eq!(answers, 3);
}
