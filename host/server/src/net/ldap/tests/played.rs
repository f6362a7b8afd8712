//! A directory on loopback that a test plays, byte by byte.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use ldap3::asn1::{PL, StructureTag, parse_tag};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// What the directory is asked.
#[derive(Debug, Clone)]
pub(super) enum Asked {
    Bind { dn: String, password: String },
    Search { cookie: Vec<u8> },
    Extended,
}

/// What it answers to one question.
pub(super) enum Answer {
    Say(Vec<Vec<u8>>),
    HangUp,
}

/// A directory on loopback that answers from a function of the question and its number.
pub(super) struct Played {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
    _task: JoinSet<()>,
}

impl Played {
    pub(super) async fn start<F>(answer: F) -> Self
    where
        F: Fn(usize, &Asked) -> Answer + Clone + Send + Sync + 'static,
    {
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let log = Arc::clone(&asked);
        let mut task = JoinSet::new();
        task.spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                let (stream, _) = socket.accept().await.unwrap();
                connections.spawn(serve(stream, answer.clone(), Arc::clone(&log)));
            }
        });
        Self {
            address,
            asked,
            _task: task,
        }
    }

    pub(super) fn url(&self) -> String {
        format!("ldap://{}", self.address)
    }

    pub(super) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

async fn serve<F>(mut stream: TcpStream, answer: F, log: Arc<Mutex<Vec<Asked>>>)
where
    F: Fn(usize, &Asked) -> Answer,
{
    let mut buffer = Vec::new();
    loop {
        let message = loop {
            if let Ok((rest, tag)) = parse_tag(&buffer) {
                buffer = rest.to_vec();
                break tag;
            }
            if stream.read_buf(&mut buffer).await.unwrap_or(0) == 0 {
                return;
            }
        };
        let Some((id, asked)) = understand(message) else {
            return;
        };
        let nth = {
            let mut log = log.lock().unwrap();
            log.push(asked.clone());
            log.len()
        };
        let Answer::Say(answers) = answer(nth, &asked) else {
            return;
        };
        for body in answers {
            let message = tlv(0x30, &[tlv(0x02, &id), body].concat());
            stream.write_all(&message).await.unwrap();
        }
    }
}

fn parts(tag: StructureTag) -> Vec<StructureTag> {
    tag.expect_constructed().unwrap()
}

fn bytes(tag: &StructureTag) -> Vec<u8> {
    match &tag.payload {
        PL::P(bytes) => bytes.clone(),
        PL::C(_) => panic!("not a value"),
    }
}

fn string(tag: &StructureTag) -> String {
    String::from_utf8(bytes(tag)).unwrap()
}

fn understand(message: StructureTag) -> Option<(Vec<u8>, Asked)> {
    let message = message.expect_constructed()?;
    let asked = match message[1].id {
        0 => {
            let bind = parts(message[1].clone());
            Asked::Bind {
                dn: string(&bind[1]),
                password: string(&bind[2]),
            }
        }
        3 => {
            let controls = message.get(2).cloned().map(parts).unwrap_or_default();
            let cookie = controls.first().map(|control| {
                let value = bytes(parts(control.clone()).last().unwrap());
                bytes(&parts(parse_tag(&value).unwrap().1)[1])
            });
            Asked::Search {
                cookie: cookie.unwrap_or_default(),
            }
        }
        23 => Asked::Extended,
        _ => return None,
    };
    Some((bytes(&message[0]), asked))
}

/// Tag, length, value.
pub(super) fn tlv(tag: u8, value: &[u8]) -> Vec<u8> {
    let length = u32::try_from(value.len()).unwrap().to_be_bytes();
    [&[tag, 0x84][..], &length, value].concat()
}

pub(super) fn result(tag: u8, code: u8, words: &str) -> Vec<u8> {
    let body = [
        tlv(0x0a, &[code]),
        tlv(0x04, b""),
        tlv(0x04, words.as_bytes()),
    ]
    .concat();
    tlv(tag, &body)
}

pub(super) fn bound(code: u8, words: &str) -> Answer {
    Answer::Say(vec![result(0x61, code, words)])
}

pub(super) fn person(dn: &str, attributes: &[(&str, &[&[u8]])]) -> Vec<u8> {
    let attribute = |(name, values): &(&str, &[&[u8]])| {
        let values: Vec<u8> = values.iter().flat_map(|value| tlv(0x04, value)).collect();
        tlv(
            0x30,
            &[tlv(0x04, name.as_bytes()), tlv(0x31, &values)].concat(),
        )
    };
    let attributes: Vec<u8> = attributes.iter().flat_map(attribute).collect();
    tlv(
        0x64,
        &[tlv(0x04, dn.as_bytes()), tlv(0x30, &attributes)].concat(),
    )
}

pub(super) fn referral() -> Vec<u8> {
    tlv(0x73, &tlv(0x04, b"ldap://elsewhere.example.com"))
}

pub(super) fn done(code: u8, words: &str, cookie: &[u8]) -> Vec<u8> {
    let value = tlv(0x30, &[tlv(0x02, &[0]), tlv(0x04, cookie)].concat());
    let oid = tlv(0x04, b"1.2.840.113556.1.4.319");
    let control = tlv(0x30, &[oid, tlv(0x04, &value)].concat());
    [result(0x65, code, words), tlv(0xa0, &control)].concat()
}
