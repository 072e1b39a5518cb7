#compdef promferry
# Has zsh complete the command line of promferry, which knows how it may go on.
# Zsh itself completes the names of files where promferry knows none.
_promferry() {
    local line word
    local -a whole open
    for line in "${(@f)$("${(Q)words[1]}" --completion-bash "${(@Q)words[2,CURRENT]}" 2>/dev/null)}"; do
        [[ -n $line ]] || continue
        word=${line%%$'\t'*}
        case $word in
        *[=/]) open+=("${word//:/\\:}:${line#*$'\t'}") ;;
        *) whole+=("${word//:/\\:}:${line#*$'\t'}") ;;
        esac
    done
    if (( $#whole + $#open == 0 )); then
        _files
        return
    fi
    _describe -t promferry promferry open -S '' -- whole
}
if [[ $funcstack[1] == _promferry ]]; then
    _promferry "$@" # zsh has found this file, and wants an answer already
else
    compdef _promferry promferry
fi
