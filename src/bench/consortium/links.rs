//! The wires between the nodes, as proxies in this process: each connection of one node to another goes through one, so that
//! it can be cut without a right that a test machine may not have (network namespaces need one).

use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Which nodes reach each other: the number of the side that each is on.
pub type Sides = Vec<u8>;

/// All wires of a network.
pub struct Links {
    sides: Arc<watch::Sender<Sides>>,
    /// `addresses[from][to]`: where `from` finds `to`.
    addresses: Vec<Vec<SocketAddr>>,
}

impl Links {
    /// Wires between nodes that listen at these addresses; all on one side.
    pub async fn between(nodes: &[SocketAddr]) -> std::io::Result<Self> {
        let sides = Arc::new(watch::Sender::new(vec![0; nodes.len()]));
        let mut addresses = Vec::new();
        for from in 0..nodes.len() {
            let mut row = Vec::new();
            for (to, target) in nodes.iter().enumerate() {
                let listener = TcpListener::bind("127.0.0.1:0").await?;
                row.push(listener.local_addr()?);
                tokio::spawn(serve(listener, *target, (from, to), sides.subscribe()));
            }
            addresses.push(row);
        }
        Ok(Self { sides, addresses })
    }

    /// Where a node finds the others.
    pub fn peers(&self, from: usize) -> Vec<SocketAddr> {
        let row = self.addresses.get(from).into_iter().flatten().enumerate();
        row.filter(|(to, _)| *to != from)
            .map(|(_, address)| *address)
            .collect()
    }

    /// Cuts every wire between nodes of different sides, and mends the others.
    pub fn part(&self, sides: Sides) {
        self.sides.send_replace(sides);
    }
}

async fn serve(
    listener: TcpListener,
    target: SocketAddr,
    ends: (usize, usize),
    sides: watch::Receiver<Sides>,
) {
    while let Ok((from, _)) = listener.accept().await {
        let sides = sides.clone();
        tokio::spawn(async move {
            // A wire that is cut, at once or later, ends its connection; who wants to may try again.
            let _ = carry(from, target, ends, sides).await;
        });
    }
}

async fn carry(
    mut from: TcpStream,
    target: SocketAddr,
    (a, b): (usize, usize),
    mut sides: watch::Receiver<Sides>,
) -> std::io::Result<()> {
    let cut = move |sides: &Sides| sides.get(a) != sides.get(b);
    if cut(&sides.borrow()) {
        return Ok(());
    }
    let mut to = TcpStream::connect(target).await?;
    from.set_nodelay(true)?;
    to.set_nodelay(true)?;
    tokio::select! {
        carried = tokio::io::copy_bidirectional(&mut from, &mut to) => carried.map(drop),
        _ = sides.wait_for(cut) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    #[tokio::test]
    async fn a_cut_wire_ends_its_connections_and_a_mended_one_carries_again() {
        let echo = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = echo.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = echo.accept().await {
                tokio::spawn(async move {
                    let (mut read, mut write) = stream.split();
                    let _ = tokio::io::copy(&mut read, &mut write).await;
                });
            }
        });
        let links = Links::between(&[address, address]).await.unwrap();
        let there = links.peers(0)[0];
        let mut stream = TcpStream::connect(there).await.unwrap();
        let mut byte = [0];
        stream.write_all(b"x").await.unwrap();
        stream.read_exact(&mut byte).await.unwrap();
        links.part(vec![0, 1]);
        assert_eq!(stream.read(&mut byte).await.unwrap_or(0), 0);
        let mut refused = TcpStream::connect(there).await.unwrap();
        assert_eq!(refused.read(&mut byte).await.unwrap_or(0), 0);
        links.part(vec![0, 0]);
        let mut again = TcpStream::connect(there).await.unwrap();
        again.write_all(b"y").await.unwrap();
        again.read_exact(&mut byte).await.unwrap();
        assert_eq!(&byte, b"y");
    }
}
