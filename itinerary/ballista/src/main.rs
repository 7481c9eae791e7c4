//! Scheduler, executor and client of Ballista, each a process of its own over loopback. A process ends when its standard input
//! does, so that none is left behind by whoever started it.

#![forbid(unsafe_code)]

mod question;

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Result;
use ballista_core::serde::BallistaCodec;
use ballista_core::serde::protobuf::scheduler_grpc_client::SchedulerGrpcClient;
use ballista_executor::new_standalone_executor;
use ballista_scheduler::standalone::new_standalone_scheduler;
use clap::{Parser, Subcommand};
use tokio::io::AsyncReadExt as _;

/// Tries the itinerary's question with several executors
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    role: Role,
}

#[derive(Subcommand)]
enum Role {
    /// Divide questions; says its address
    Scheduler,
    /// Work on parts of questions; says when it is ready. What is handed on lies below TMPDIR.
    Executor {
        /// Where the scheduler is
        #[arg(long)]
        scheduler: SocketAddr,
    },
    /// Ask for the sums of every day's stays
    Ask {
        /// Where the scheduler is
        #[arg(long)]
        scheduler: SocketAddr,
        /// An operator's deliveries in Parquet
        #[arg(long)]
        drop: PathBuf,
        /// Every code with its region
        #[arg(long)]
        places: PathBuf,
    },
}

#[tokio::main]
async fn main() -> Result<()> {
    match Arguments::parse().role {
        Role::Scheduler => {
            println!("{}", new_standalone_scheduler().await?);
            until_input_ends().await
        }
        Role::Executor { scheduler } => {
            let client = SchedulerGrpcClient::connect(format!("http://{scheduler}")).await?;
            new_standalone_executor(client, 1, BallistaCodec::default()).await?;
            println!("ready");
            until_input_ends().await
        }
        Role::Ask {
            scheduler,
            drop,
            places,
        } => {
            let sums = question::ask(scheduler, &drop, &places).await?;
            println!("{}", serde_json::to_string(&sums)?);
            Ok(())
        }
    }
}

async fn until_input_ends() -> Result<()> {
    tokio::io::stdin().read_to_end(&mut Vec::new()).await?;
    Ok(())
}
