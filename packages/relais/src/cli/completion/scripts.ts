// Each runs `relais complete -- WORDS…`, the last of which is the one under the cursor. Words are never evaluated and
// answers never expanded: a key pressed for help must not run what stands on the line, or in somebody's file.

const bash = `# relais: completion for bash
_relais() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == ":files" ]]; then
      compopt -o filenames 2>/dev/null
      while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "\${COMP_WORDS[COMP_CWORD]#=}")
    else
      COMPREPLY+=("\${line%%$'\\t'*}")
    fi
  done < <(relais complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _relais relais`;

const zsh = `#compdef relais
# relais: completion for zsh
_relais() {
  local line
  local -a values shown
  while IFS= read -r line; do
    if [[ $line == ":files" ]]; then
      _files
      return
    fi
    values+=("\${line%%$'\\t'*}")
    shown+=("\${line/$'\\t'/  -- }")
  done < <(relais complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  (( $#values )) && compadd -l -d shown -a values
}
if [[ "\${funcstack[1]}" == "_relais" ]]; then _relais "$@"; else compdef _relais relais; fi`;

const fish = `# relais: completion for fish
function __relais_complete
    set -l before (commandline -opc)
    set -l current (commandline -ct)
    for line in (relais complete -- $before[2..-1] "$current" 2>/dev/null)
        if test "$line" = ":files"
            __fish_complete_path "$current"
        else
            echo $line
        end
    end
end
complete -c relais -f -a '(__relais_complete)'`;

/** The shells there is a script for. */
export type ShellName = "bash" | "zsh" | "fish";

/** What `relais completion` prints. */
export const scripts: Readonly<Record<ShellName, string>> = { bash, zsh, fish };
