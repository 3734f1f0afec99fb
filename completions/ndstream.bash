#!/bin/bash

__ndstream_cursor_index_in_current_word() {
    local remaining="${COMP_LINE}"

    local word
    for word in "${COMP_WORDS[@]::COMP_CWORD}"; do
        remaining="${remaining##*([[:space:]])"${word}"*([[:space:]])}"
    done

    local -ir index="$((COMP_POINT - ${#COMP_LINE} + ${#remaining}))"
    if [[ "${index}" -le 0 ]]; then
        printf 0
    else
        printf %s "${index}"
    fi
}

# positional arguments:
#
# - 1: the current (sub)command's count of positional arguments
#
# required variables:
#
# - repeating_flags: the repeating flags that the current (sub)command can accept
# - non_repeating_flags: the non-repeating flags that the current (sub)command can accept
# - repeating_options: the repeating options that the current (sub)command can accept
# - non_repeating_options: the non-repeating options that the current (sub)command can accept
# - positional_number: value ignored
# - unparsed_words: unparsed words from the current command line
#
# modified variables:
#
# - non_repeating_flags: remove flags for this (sub)command that are already on the command line
# - non_repeating_options: remove options for this (sub)command that are already on the command line
# - positional_number: set to the current positional number
# - unparsed_words: remove all flags, options, and option values for this (sub)command
__ndstream_offer_flags_options() {
    local -ir positional_count="${1}"
    positional_number=0

    local was_flag_option_terminator_seen=false
    local is_parsing_option_value=false

    local -ar unparsed_word_indices=("${!unparsed_words[@]}")
    local -i word_index
    for word_index in "${unparsed_word_indices[@]}"; do
        if "${is_parsing_option_value}"; then
            # This word is an option value:
            # Reset marker for next word iff not currently the last word
            [[ "${word_index}" -ne "${unparsed_word_indices[${#unparsed_word_indices[@]} - 1]}" ]] && is_parsing_option_value=false
            unset "unparsed_words[${word_index}]"
            # Do not process this word as a flag or an option
            continue
        fi

        local word="${unparsed_words["${word_index}"]}"
        if ! "${was_flag_option_terminator_seen}"; then
            case "${word}" in
            --)
                unset "unparsed_words[${word_index}]"
                # by itself -- is a flag/option terminator, but if it is the last word, it is the start of a completion
                if [[ "${word_index}" -ne "${unparsed_word_indices[${#unparsed_word_indices[@]} - 1]}" ]]; then
                    was_flag_option_terminator_seen=true
                fi
                continue
                ;;
            -*)
                # ${word} is a flag or an option
                # If ${word} is an option, mark that the next word to be parsed is an option value
                local option
                for option in "${repeating_options[@]}" "${non_repeating_options[@]}"; do
                    [[ "${word}" = "${option}" ]] && is_parsing_option_value=true && break
                done

                # Remove ${word} from ${non_repeating_flags} or ${non_repeating_options} so it isn't offered again
                local not_found=true
                local -i index
                for index in "${!non_repeating_flags[@]}"; do
                    if [[ "${non_repeating_flags[${index}]}" = "${word}" ]]; then
                        unset "non_repeating_flags[${index}]"
                        non_repeating_flags=("${non_repeating_flags[@]}")
                        not_found=false
                        break
                    fi
                done
                if "${not_found}"; then
                    for index in "${!non_repeating_flags[@]}"; do
                        if [[ "${non_repeating_flags[${index}]}" = "${word}" ]]; then
                            unset "non_repeating_flags[${index}]"
                            non_repeating_flags=("${non_repeating_flags[@]}")
                            break
                        fi
                    done
                fi
                unset "unparsed_words[${word_index}]"
                continue
                ;;
            esac
        fi

        # ${word} is neither a flag, nor an option, nor an option value
        if [[ "${positional_number}" -lt "${positional_count}" || "${positional_count}" -lt 0 ]]; then
            # ${word} is a positional
            ((positional_number++))
            unset "unparsed_words[${word_index}]"
        else
            if [[ -z "${word}" ]]; then
                # Could be completing a flag, option, or subcommand
                positional_number=-1
            else
                # ${word} is a subcommand or invalid, so stop processing this (sub)command
                positional_number=-2
            fi
            break
        fi
    done

    unparsed_words=("${unparsed_words[@]}")

    if\
        ! "${was_flag_option_terminator_seen}"\
        && ! "${is_parsing_option_value}"\
        && [[ ("${cur}" = -* && "${positional_number}" -ge 0) || "${positional_number}" -eq -1 ]]
    then
        COMPREPLY+=($(compgen -W "${repeating_flags[*]} ${non_repeating_flags[*]} ${repeating_options[*]} ${non_repeating_options[*]}" -- "${cur}"))
    fi
}

__ndstream_add_completions() {
    local completion
    while IFS='' read -r completion; do
        COMPREPLY+=("${completion}")
    done < <(IFS=$'\n' compgen "${@}" -- "${cur}")
}

__ndstream_custom_complete() {
    if [[ -n "${cur}" || -z ${COMP_WORDS[${COMP_CWORD}]} || "${COMP_LINE:${COMP_POINT}:1}" != ' ' ]]; then
        local -ar words=("${COMP_WORDS[@]}")
    else
        local -ar words=("${COMP_WORDS[@]::${COMP_CWORD}}" '' "${COMP_WORDS[@]:${COMP_CWORD}}")
    fi

    "${COMP_WORDS[0]}" "${@}" "${words[@]}"
}

_ndstream() {
    local state
    state="$(shopt -p;shopt -po)"
    trap "${state//$'\n'/;}" RETURN
    shopt -s extglob
    set +o history +o posix

    local -xr SAP_SHELL=bash
    local -x SAP_SHELL_VERSION
    SAP_SHELL_VERSION="$(IFS='.';printf %s "${BASH_VERSINFO[*]}")"
    local -r SAP_SHELL_VERSION

    local -r cur="${2}"
    local -r prev="${3}"

    local -i positional_number
    local -a unparsed_words=("${COMP_WORDS[@]:1:${COMP_CWORD}}")

    local -a repeating_flags=()
    local -a non_repeating_flags=(--version -h --help)
    local -a repeating_options=()
    local -a non_repeating_options=()
    __ndstream_offer_flags_options 0

    # Offer subcommand / subcommand argument completions
    local -r subcommand="${unparsed_words[0]}"
    unset 'unparsed_words[0]'
    unparsed_words=("${unparsed_words[@]}")
    case "${subcommand}" in
    agent|parent|keygen|check-tls|tail|top|help)
        # Offer subcommand argument completions
        "_ndstream_${subcommand}"
        ;;
    *)
        # Offer subcommand completions
        COMPREPLY+=($(compgen -W 'agent parent keygen check-tls tail top help' -- "${cur}"))
        ;;
    esac
}

_ndstream_agent() {
    repeating_flags=()
    non_repeating_flags=(--adopt-guid --check --print-config --status --json -q --quiet --version -h --help)
    repeating_options=()
    non_repeating_options=(--destination --api-key --config-dir --state-dir --hostname --update-every --memory-mode --host --key --edit)
    __ndstream_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--destination')
        return
        ;;
    '--api-key')
        return
        ;;
    '--config-dir')
        return
        ;;
    '--state-dir')
        return
        ;;
    '--hostname')
        return
        ;;
    '--update-every')
        return
        ;;
    '--memory-mode')
        return
        ;;
    '--host')
        return
        ;;
    '--key')
        return
        ;;
    '--edit')
        return
        ;;
    esac
}

_ndstream_parent() {
    repeating_flags=()
    non_repeating_flags=(--adopt-guid --check --print-config --status --json -q --quiet --version -h --help)
    repeating_options=(--api-key)
    non_repeating_options=(--bind --config-dir --state-dir --hostname --update-every --memory-mode --host --key --edit)
    __ndstream_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--bind')
        return
        ;;
    '--api-key')
        return
        ;;
    '--config-dir')
        return
        ;;
    '--state-dir')
        return
        ;;
    '--hostname')
        return
        ;;
    '--update-every')
        return
        ;;
    '--memory-mode')
        return
        ;;
    '--host')
        return
        ;;
    '--key')
        return
        ;;
    '--edit')
        return
        ;;
    esac
}

_ndstream_keygen() {
    repeating_flags=()
    non_repeating_flags=(--stream-conf --ephemeral --version -h --help)
    repeating_options=()
    non_repeating_options=(-n --count --format --write --append --parent --allow --key --check --rotate --config-dir)
    __ndstream_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '-n'|'--count')
        return
        ;;
    '--format')
        __ndstream_add_completions -W 'plain'$'\n''urn'$'\n''hex'$'\n''json'$'\n''env'
        return
        ;;
    '--write')
        return
        ;;
    '--append')
        return
        ;;
    '--parent')
        return
        ;;
    '--allow')
        return
        ;;
    '--key')
        return
        ;;
    '--check')
        return
        ;;
    '--rotate')
        return
        ;;
    '--config-dir')
        return
        ;;
    esac
}

_ndstream_check-tls() {
    repeating_flags=()
    non_repeating_flags=(--child --skip --watch --strict --ascii --self-test --version -h --help)
    repeating_options=()
    non_repeating_options=(--parent-conf --child-conf --cafile --capath --verify-name --key --timeout --output -o --color --explain)
    __ndstream_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--parent-conf')
        __ndstream_add_completions -f
        return
        ;;
    '--child-conf')
        __ndstream_add_completions -f
        return
        ;;
    '--cafile')
        __ndstream_add_completions -f
        return
        ;;
    '--capath')
        __ndstream_add_completions -d
        return
        ;;
    '--verify-name')
        return
        ;;
    '--key')
        return
        ;;
    '--timeout')
        return
        ;;
    '--output'|'-o')
        __ndstream_add_completions -W 'table'$'\n''short'$'\n''json'$'\n''junit'
        return
        ;;
    '--color')
        __ndstream_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    '--explain')
        return
        ;;
    esac
}

_ndstream_tail() {
    repeating_flags=()
    non_repeating_flags=(--journal --no-follow --all --json --no-collapse --summary --no-summary --ascii --version -h --help)
    repeating_options=()
    non_repeating_options=(--host --level --code --side -g --grep --since --until -n --lines -o --output --until-code --timeout --color --explain --state-dir)
    __ndstream_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '--host')
        return
        ;;
    '--level')
        __ndstream_add_completions -W 'error'$'\n''warning'$'\n''info'$'\n''debug'
        return
        ;;
    '--code')
        return
        ;;
    '--side')
        __ndstream_add_completions -W 'parent'$'\n''child'
        return
        ;;
    '-g'|'--grep')
        return
        ;;
    '--since')
        return
        ;;
    '--until')
        return
        ;;
    '-n'|'--lines')
        return
        ;;
    '-o'|'--output')
        __ndstream_add_completions -W 'pretty'$'\n''raw'$'\n''json'$'\n''logfmt'
        return
        ;;
    '--until-code')
        return
        ;;
    '--timeout')
        return
        ;;
    '--color')
        __ndstream_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    '--explain')
        return
        ;;
    '--state-dir')
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    *)
        __ndstream_add_completions -f
        return
        ;;
    esac
}

_ndstream_top() {
    repeating_flags=()
    non_repeating_flags=(--tls -b --batch --once --json --csv --mouse --ascii --version -h --help)
    repeating_options=()
    non_repeating_options=(--ca -n --count -d --delay --fail-on --color --state-dir)
    __ndstream_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--ca')
        return
        ;;
    '-n'|'--count')
        return
        ;;
    '-d'|'--delay')
        return
        ;;
    '--fail-on')
        return
        ;;
    '--color')
        __ndstream_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    '--state-dir')
        return
        ;;
    esac
}

_ndstream_help() {
    repeating_flags=()
    non_repeating_flags=(--version)
    repeating_options=()
    non_repeating_options=()
    __ndstream_offer_flags_options -1
}

complete -o filenames -F _ndstream ndstream
