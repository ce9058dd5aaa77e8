//! From where a request comes.

use std::net::{IpAddr, SocketAddr};

use app::server_context::TIME_ZONE_COOKIE;
use axum::extract::ConnectInfo;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use domain::accounts::Client;
use std::collections::HashMap;

const USER_AGENT_CHARS: usize = 300;

/// Address, browser and time zone of a request.
pub(super) fn client_of(parts: &Parts, cookies: &HashMap<String, String>) -> Client {
    let peer = parts
        .extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map(|ConnectInfo(address)| address.ip().to_canonical());
    let user_agent = parts
        .headers
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    Client {
        ip_address: address_of(peer, &parts.headers).map_or_else(String::new, |address| address.to_string()),
        user_agent: user_agent.chars().take(USER_AGENT_CHARS).collect(),
        time_zone: cookies.get(TIME_ZONE_COOKIE).cloned(),
    }
}

// A proxy of ours sits on this machine or in its private network, and what it saw itself is the last
// address of `X-Forwarded-For`; anything before that the client may have made up. From a public
// peer the header means nothing at all.
fn address_of(peer: Option<IpAddr>, headers: &HeaderMap) -> Option<IpAddr> {
    let peer = peer?;
    if !is_near(peer) {
        return Some(peer);
    }
    let forwarded = headers
        .get_all("x-forwarded-for")
        .iter()
        .next_back()
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.rsplit(',').next())
        .and_then(|value| value.trim().parse::<IpAddr>().ok());
    Some(forwarded.map_or(peer, |address| address.to_canonical()))
}

fn is_near(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_loopback() || address.is_private() || address.is_link_local(),
        IpAddr::V6(address) => {
            address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_our_own_proxy_saw_is_believed() {
        for (peer, forwarded, address) in [
            ("127.0.0.1", None, "127.0.0.1"),
            ("127.0.0.1", Some("203.0.113.9"), "203.0.113.9"),
            ("10.0.0.2", Some("1.1.1.1, 203.0.113.9"), "203.0.113.9"),
            ("fd00::2", Some("2001:db8::1"), "2001:db8::1"),
            ("10.0.0.2", Some("unknown"), "10.0.0.2"),
            ("198.51.100.7", Some("203.0.113.9"), "198.51.100.7"),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(forwarded) = forwarded {
                headers.insert("x-forwarded-for", forwarded.parse().unwrap());
            }
            let found = address_of(Some(peer.parse().unwrap()), &headers).unwrap();
            assert_eq!(found.to_string(), address);
        }
        assert_eq!(address_of(None, &HeaderMap::new()), None);
    }
}
