# Has fish complete the command line of promferry, which knows how it may go on.
function __promferry_complete
    set -l words (commandline --current-process --tokenize --cut-at-cursor) (commandline --current-token --cut-at-cursor)
    $words[1] --completion-bash $words[2..] 2>/dev/null
end
complete --command promferry --no-files --arguments '(__promferry_complete)'
complete --command promferry --condition '__fish_seen_subcommand_from exec' --force-files
