# Has bash complete the command line of promferry, which knows how it may go on.
# Bash itself completes the names of files where promferry knows none.
_promferry() {
    local line=${COMP_LINE:0:COMP_POINT} part=${COMP_WORDS[COMP_CWORD]} word words candidate
    read -ra words <<<"$line"
    [[ $line == *[[:space:]] ]] && words+=("")
    word=${words[${#words[@]}-1]}
    [[ $part == [=:] ]] && part= # for bash, these end a word; it replaces only what follows
    COMPREPLY=()
    while IFS=$'\t' read -r candidate _; do
        printf -v candidate %q "${candidate#"${word%"$part"}"}"
        COMPREPLY+=("$candidate")
    done < <("$1" --completion-bash "${words[@]:1}" 2>/dev/null)
    if [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *[=/] ]]; then
        compopt -o nospace
    fi
}
complete -o default -F _promferry promferry
