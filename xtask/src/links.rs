//! Relative links in Markdown files must lead to a file or folder.

use anyhow::{Result, bail};

use crate::sources;
use crate::suite::Done;
use crate::workspace::Workspace;

/// Fails with every dead link on a line of its own.
pub fn check(workspace: &Workspace) -> Result<Done> {
    let (mut dead, mut links, mut documents) = (0, 0, 0);
    for file in sources::list(workspace)?
        .into_iter()
        .filter(|file| file.ends_with(".md"))
    {
        let text = std::fs::read_to_string(workspace.path(&file))?;
        documents += 1;
        for (line, target) in relative_links(&text) {
            links += 1;
            if !leads_somewhere(workspace, &file, &target) {
                println!("{file}:{line}: nothing at {target}");
                dead += 1;
            }
        }
    }
    if dead > 0 {
        bail!("links: {dead} of {links} are dead");
    }
    Ok(Done::Checked(format!(
        "links: {links} in {documents} documents"
    )))
}

fn leads_somewhere(workspace: &Workspace, file: &str, target: &str) -> bool {
    match target.strip_prefix('/') {
        Some(from_root) => workspace.path(from_root).exists(),
        None => workspace
            .path(file)
            .parent()
            .is_some_and(|folder| folder.join(target).exists()),
    }
}

/// Line and path of each link that stays in the repository, without its fragment. Code is not looked at.
fn relative_links(text: &str) -> Vec<(usize, String)> {
    let mut links = Vec::new();
    let mut fence: Option<&str> = None;
    for (line, number) in text.lines().zip(1..) {
        let marker = ["```", "~~~"]
            .into_iter()
            .find(|marker| line.trim_start().starts_with(marker));
        match (fence, marker) {
            (None, Some(opening)) => fence = Some(opening),
            (Some(open), Some(closing)) if open == closing => fence = None,
            (Some(_), _) => {}
            (None, None) => links.extend(
                targets(line)
                    .filter_map(relative)
                    .map(|path| (number, path)),
            ),
        }
    }
    links
}

fn targets(line: &str) -> impl Iterator<Item = String> {
    // Every second piece between backticks is code.
    let prose: String = line.split('`').step_by(2).collect::<Vec<_>>().join("code");
    let inline = prose
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .map(str::to_owned);
    let defined = prose
        .trim_start()
        .strip_prefix('[')
        .and_then(|rest| rest.split_once("]: "))
        .map(|(_, target)| target.to_owned());
    inline.chain(defined).collect::<Vec<_>>().into_iter()
}

fn relative(target: String) -> Option<String> {
    let path = target.split_whitespace().next()?.trim_matches(['<', '>']);
    let path = path.split('#').next()?;
    let elsewhere = path.contains("://") || path.starts_with("mailto:");
    (!path.is_empty() && !elsewhere).then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_links_are_found_with_their_lines() {
        let text = "[a](b.md) and ![c](../d/e.png \"title\")\n\n[f]: g.md#part\n";
        let expected = [(1, "b.md"), (1, "../d/e.png"), (3, "g.md")]
            .map(|(line, path)| (line, path.to_owned()));
        assert_eq!(relative_links(text), expected);
    }

    #[test]
    fn other_sites_fragments_and_code_are_no_relative_links() {
        let text = "[a](https://example.org/x) [b](#here) `[c](d.md)` [e](mailto:x@example.org)\n```\n[f](g.md)\n```\n";
        assert!(relative_links(text).is_empty());
    }

    #[test]
    fn a_link_to_nothing_fails_the_check() {
        let folder = tempfile::tempdir().unwrap();
        let workspace = Workspace::at(folder.path());
        std::fs::create_dir(workspace.path("docs")).unwrap();
        std::fs::write(
            workspace.path("docs/a.md"),
            "[b](b.md) [root](/docs/a.md) [up](..)",
        )
        .unwrap();
        assert!(check(&workspace).is_err());
        std::fs::write(workspace.path("docs/b.md"), "").unwrap();
        assert!(check(&workspace).is_ok());
    }
}
