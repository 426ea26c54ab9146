//! The addresses of a database, one after the other, each with its own time.

use std::net::IpAddr;

use tokio_postgres::Config;
use tokio_postgres::config::{Host, LoadBalanceHosts};

/// The port of PostgreSQL.
const PORT: u16 = 5432;

/// One place of those that an address names: a host, or what stands in its place.
#[derive(Debug, Clone)]
pub(super) struct Place {
    host: Option<Host>,
    ip: Option<IpAddr>,
    port: u16,
}

/// The places in the order in which they are tried. Hosts, addresses and ports that do not fit together are one place less
/// or more, which the connection would refuse: nothing is then answered.
pub(super) fn places(config: &Config) -> Option<Vec<Place>> {
    let (hosts, ips, ports) = (config.get_hosts(), config.get_hostaddrs(), config.get_ports());
    let count = hosts.len().max(ips.len());
    let fits = |length: usize| length <= 1 && length <= count || length == count;
    if !fits(ports.len()) || !(hosts.is_empty() || ips.is_empty() || hosts.len() == ips.len()) {
        return None;
    }
    let port = |at: usize| ports.get(at).or_else(|| ports.first()).copied().unwrap_or(PORT);
    let place = |at| Place { host: hosts.get(at).cloned(), ip: ips.get(at).copied(), port: port(at) };
    Some(in_turn(config, (0..count).map(place).collect()))
}

/// The addresses of a place: those of its name, or the place itself.
///
/// # Errors
/// When the name cannot be looked up.
pub(super) async fn addresses(config: &Config, place: Place) -> std::io::Result<Vec<Place>> {
    let (Some(Host::Tcp(name)), None) = (&place.host, place.ip) else { return Ok(vec![place]) };
    let found = tokio::net::lookup_host((name.as_str(), place.port)).await?;
    let all = found.map(|found| Place { ip: Some(found.ip()), ..place.clone() }).collect();
    Ok(in_turn(config, all))
}

/// The same settings with this place alone.
pub(super) fn only(config: &Config, place: &Place) -> Config {
    let mut one = Config::new();
    one.ssl_mode(config.get_ssl_mode())
        .ssl_negotiation(config.get_ssl_negotiation())
        .keepalives(config.get_keepalives())
        .keepalives_idle(config.get_keepalives_idle())
        .target_session_attrs(config.get_target_session_attrs())
        .channel_binding(config.get_channel_binding())
        .load_balance_hosts(config.get_load_balance_hosts())
        .port(place.port);
    config.get_user().map(|user| one.user(user));
    config.get_password().map(|password| one.password(password));
    config.get_dbname().map(|name| one.dbname(name));
    config.get_options().map(|options| one.options(options));
    config.get_application_name().map(|name| one.application_name(name));
    config.get_connect_timeout().map(|time| one.connect_timeout(*time));
    config.get_tcp_user_timeout().map(|time| one.tcp_user_timeout(*time));
    config.get_keepalives_interval().map(|time| one.keepalives_interval(time));
    config.get_keepalives_retries().map(|count| one.keepalives_retries(count));
    match &place.host {
        Some(Host::Tcp(name)) => drop(one.host(name.as_str())),
        Some(Host::Unix(path)) => drop(one.host_path(path)),
        None => {}
    }
    place.ip.map(|ip| one.hostaddr(ip));
    one
}

/// As they are, or in any order where that is asked for.
fn in_turn(config: &Config, mut all: Vec<Place>) -> Vec<Place> {
    if config.get_load_balance_hosts() == LoadBalanceHosts::Random {
        all.sort_by_cached_key(|_| {
            let mut chance = [0; 8];
            // Without chance they stay as they are.
            getrandom::fill(&mut chance).map_or([0; 8], |()| chance)
        });
    }
    all
}

#[cfg(test)]
mod tests {
    use super::{Config, addresses, only, places};

    /// Every word that there is, so that none is lost on the way to one address.
    const WORDS: &str = "user=me password=secret dbname=registry options='-c jit=off' application_name=here \
        sslmode=require sslnegotiation=direct connect_timeout=3 tcp_user_timeout=4 keepalives=1 keepalives_idle=5 \
        keepalives_interval=6 keepalives_retries=7 target_session_attrs=read-write channel_binding=require";

    fn parsed(place: &str) -> Config {
        format!("{WORDS} {place}").parse().unwrap()
    }

    #[tokio::test]
    async fn an_address_alone_has_all_settings() {
        for (all, alone) in [
            ("host=a,b port=1,2", &["host=a port=1", "host=b port=2"][..]),
            ("host=a,b port=1", &["host=a port=1", "host=b port=1"]),
            ("host=a,/run", &["host=a port=5432", "host=/run port=5432"]),
            ("hostaddr=127.0.0.1,::1", &["hostaddr=127.0.0.1 port=5432", "hostaddr=::1 port=5432"]),
            ("host=a hostaddr=127.0.0.1 port=1", &["host=a hostaddr=127.0.0.1 port=1"]),
        ] {
            let config = parsed(all);
            let found: Vec<Config> =
                places(&config).unwrap().iter().map(|place| only(&config, place)).collect();
            assert_eq!(found, alone.iter().map(|place| parsed(place)).collect::<Vec<_>>(), "{all}");
        }
        let config = parsed("host=127.0.0.1 port=1");
        let place = places(&config).unwrap().remove(0);
        let found: Vec<Config> =
            addresses(&config, place).await.unwrap().iter().map(|place| only(&config, place)).collect();
        assert_eq!(found, [parsed("host=127.0.0.1 hostaddr=127.0.0.1 port=1")]);
    }

    #[test]
    fn what_does_not_fit_together_is_no_place() {
        for address in ["host=a,b hostaddr=127.0.0.1", "host=a port=1,2", "host=a,b,c port=1,2"] {
            assert!(places(&parsed(address)).is_none(), "{address}");
        }
    }

    #[test]
    fn any_order_has_all_places() {
        let config = parsed("host=a,b,c,d load_balance_hosts=random");
        let mut orders = std::collections::BTreeSet::new();
        for _ in 0..200 {
            let mut found: Vec<String> =
                places(&config).unwrap().iter().map(|place| format!("{:?}", place.host)).collect();
            orders.insert(found.clone());
            found.sort();
            assert_eq!(found.len(), 4);
            found.dedup();
            assert_eq!(found.len(), 4);
        }
        assert!(orders.len() > 1);
    }
}
