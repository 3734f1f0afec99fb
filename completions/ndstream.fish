function __ndstream_should_offer_completions_for_flags_or_options -a expected_commands
    set -l non_repeating_flags_or_options $argv[2..]
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __ndstream_parse_tokens
    test "$commands" = "$expected_commands"; and return $non_repeating_flags_or_options_absent
end

function __ndstream_should_offer_completions_for_positional -a expected_commands positional_index_comparison expected_positional_index
    set -l non_repeating_flags_or_options
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __ndstream_parse_tokens
    test "$commands" = "$expected_commands" -a \( "$positional_index" "$positional_index_comparison" "$expected_positional_index" \)
end

function __ndstream_parse_tokens -S
    set -l unparsed_tokens (__ndstream_tokens -pc)
    switch $unparsed_tokens[1]
    case 'ndstream'
        __ndstream_parse_subcommand 0 'version' 'h/help'
        switch $unparsed_tokens[1]
        case 'agent'
            __ndstream_parse_subcommand 0 'destination=' 'api-key=' 'config-dir=' 'state-dir=' 'hostname=' 'update-every=' 'memory-mode=' 'adopt-guid' 'check' 'print-config' 'host=' 'key=' 'edit=' 'status' 'json' 'q/quiet' 'version' 'h/help'
        case 'parent'
            __ndstream_parse_subcommand 0 'bind=' 'api-key=+' 'config-dir=' 'state-dir=' 'hostname=' 'update-every=' 'memory-mode=' 'adopt-guid' 'check' 'print-config' 'host=' 'key=' 'edit=' 'status' 'json' 'q/quiet' 'version' 'h/help'
        case 'keygen'
            __ndstream_parse_subcommand 0 'n/count=' 'format=' 'stream-conf' 'write=' 'append=' 'parent=' 'allow=' 'ephemeral' 'key=' 'check=' 'rotate=' 'config-dir=' 'version' 'h/help'
        case 'check-tls'
            __ndstream_parse_subcommand 1 'parent-conf=' 'child-conf=' 'child' 'cafile=' 'capath=' 'skip' 'verify-name=' 'key=' 'timeout=' 'o/output=' 'watch' 'strict' 'color=' 'ascii' 'self-test' 'explain=' 'version' 'h/help'
        case 'tail'
            __ndstream_parse_subcommand -r 1 'journal' 'host=' 'level=' 'code=' 'side=' 'g/grep=' 'since=' 'until=' 'n/lines=' 'no-follow' 'all' 'o/output=' 'json' 'no-collapse' 'summary' 'no-summary' 'until-code=' 'timeout=' 'color=' 'ascii' 'explain=' 'state-dir=' 'version' 'h/help'
        case 'top'
            __ndstream_parse_subcommand 1 'tls' 'ca=' 'b/batch' 'n/count=' 'd/delay=' 'once' 'json' 'csv' 'fail-on=' 'mouse' 'ascii' 'color=' 'state-dir=' 'version' 'h/help'
        case 'help'
            __ndstream_parse_subcommand -r 1 'version'
        end
    end
end

function __ndstream_tokens
    if test (string split -m 1 -f 1 -- . "$FISH_VERSION") -gt 3
        commandline --tokens-raw $argv
    else
        commandline -o $argv
    end
end

function __ndstream_parse_subcommand -S -a positional_count
    argparse -s r -- $argv
    set -l option_specs $argv[2..]
    set -l is_repeating_positional $_flag_r
    set -el _flag_r
    set -a commands $unparsed_tokens[1]
    set positional_index 0
    while true
        set -e unparsed_tokens[1]
        argparse -sn "$commands" $option_specs -- $unparsed_tokens 2> /dev/null
        set unparsed_tokens $argv
        set positional_index (math $positional_index + 1)
        for non_repeating_flag_or_option in $non_repeating_flags_or_options
            if set -ql "_flag_$(string replace -a - _ -- $non_repeating_flag_or_option)"
                set non_repeating_flags_or_options_absent 1
                break
            end
        end
        test (count $unparsed_tokens) -eq 0 -o \( -z "$is_repeating_positional" -a "$positional_index" -gt "$positional_count" \) && break
    end
end

function __ndstream_complete_directories
    set -l token (commandline -t)
    string match -- '*/' $token
    set -l subdirs $token*/
    printf %s\n $subdirs
end

function __ndstream_custom_completion
    set -x SAP_SHELL fish
    set -x SAP_SHELL_VERSION $FISH_VERSION
    set -l tokens (__ndstream_tokens -p)
    if test -z "$(__ndstream_tokens -t)"
        set -l index (count (__ndstream_tokens -pc))
        set tokens $tokens[..$index] \'\' $tokens[(math $index + 1)..]
    end
    command $tokens[1] $argv $tokens
end

complete -c 'ndstream' -f
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream" version' -l 'version' -d 'Show the version.'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_positional "ndstream" -eq 1' -fa 'agent' -d 'Collect this machine and stream it to a parent.'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_positional "ndstream" -eq 1' -fa 'parent' -d 'Mirror children: take their streams, keep and serve their metrics.'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_positional "ndstream" -eq 1' -fa 'keygen' -d 'Make API keys.'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_positional "ndstream" -eq 1' -fa 'check-tls' -d 'Will a child connect to a parent, encrypted or not, and why not?'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_positional "ndstream" -eq 1' -fa 'tail' -d 'Follow the logs: streaming lines only, explained.'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_positional "ndstream" -eq 1' -fa 'top' -d 'Watch the hosts that stream into a node, live.'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_positional "ndstream" -eq 1' -fa 'help' -d 'Show subcommand help information.'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream agent" destination' -l 'destination' -d 'The parents to try, in this order: HOST, HOST:PORT, [IPv6]:PORT or unix:/PATH, with blanks between them.' -rfka ''
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream agent" api-key' -l 'api-key' -d 'A key that the parent knows: see ndstream keygen.' -rfka ''
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream agent" config-dir' -l 'config-dir' -d 'Read netdata.conf and stream.conf in this directory.' -rfka ''
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream agent" state-dir' -l 'state-dir' -d 'Keep lib, cache, log and run beneath this directory.' -rfka ''
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream agent" hostname' -l 'hostname' -d 'Call this machine so in its streams. (default: what the system calls it)' -rfka ''
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream agent" update-every' -l 'update-every' -d 'Seconds between two collections. (default: 1)' -rfka ''
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream agent" memory-mode' -l 'memory-mode' -d 'Where metrics are kept: none or ram. (default: none for an agent without netdata.conf)' -rfka ''
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream agent" adopt-guid' -l 'adopt-guid' -d 'Be the host that Netdata on this machine was: take over its machine GUID.'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream agent" check' -l 'check' -d 'Say what is wrong with the configuration and with the database\'s files and where, then exit.'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream agent" print-config' -l 'print-config' -d 'Print every option in force and where it comes from, then exit.'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream agent" host' -l 'host' -d 'With --print-config: what counts for this child, and which line decided it.' -rfka ''
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream agent" key' -l 'key' -d 'With --host: the key it comes with. (default: each enabled one)' -rfka ''
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream agent" edit' -l 'edit' -d 'Edit netdata.conf, stream.conf, exporting.conf or health.d/NAME.conf with $VISUAL or $EDITOR, check it, and put it in place only when it can be read.' -rfka ''
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream agent" status' -l 'status' -d 'Print what the node that runs here knows of its streams, then exit.'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream agent" json' -l 'json' -d 'Print JSON: with --status, --check or --host.'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream agent" q quiet' -s 'q' -l 'quiet' -d 'Say nothing on standard error once it runs.'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream agent" version' -l 'version' -d 'Show the version.'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream agent" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream parent" bind' -l 'bind' -d 'Where to listen, like [web] bind to: ADDRESS:PORT or unix:/PATH.' -rfka ''
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream parent"' -l 'api-key' -d 'A key that children may stream with; repeat it for more.' -rfka ''
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream parent" config-dir' -l 'config-dir' -d 'Read netdata.conf and stream.conf in this directory.' -rfka ''
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream parent" state-dir' -l 'state-dir' -d 'Keep lib, cache, log and run beneath this directory.' -rfka ''
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream parent" hostname' -l 'hostname' -d 'Call this machine so in its streams. (default: what the system calls it)' -rfka ''
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream parent" update-every' -l 'update-every' -d 'Seconds between two collections. (default: 1)' -rfka ''
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream parent" memory-mode' -l 'memory-mode' -d 'Where metrics are kept: none or ram. (default: none for an agent without netdata.conf)' -rfka ''
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream parent" adopt-guid' -l 'adopt-guid' -d 'Be the host that Netdata on this machine was: take over its machine GUID.'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream parent" check' -l 'check' -d 'Say what is wrong with the configuration and with the database\'s files and where, then exit.'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream parent" print-config' -l 'print-config' -d 'Print every option in force and where it comes from, then exit.'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream parent" host' -l 'host' -d 'With --print-config: what counts for this child, and which line decided it.' -rfka ''
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream parent" key' -l 'key' -d 'With --host: the key it comes with. (default: each enabled one)' -rfka ''
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream parent" edit' -l 'edit' -d 'Edit netdata.conf, stream.conf, exporting.conf or health.d/NAME.conf with $VISUAL or $EDITOR, check it, and put it in place only when it can be read.' -rfka ''
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream parent" status' -l 'status' -d 'Print what the node that runs here knows of its streams, then exit.'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream parent" json' -l 'json' -d 'Print JSON: with --status, --check or --host.'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream parent" q quiet' -s 'q' -l 'quiet' -d 'Say nothing on standard error once it runs.'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream parent" version' -l 'version' -d 'Show the version.'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream parent" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream keygen" count n' -s 'n' -l 'count' -d 'Make this many keys, one per line.' -rfka ''
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream keygen" format' -l 'format' -d 'How keys are printed: plain, urn (urn:uuid:...), hex (32 digits), json (an object for each), or env (the variable that an agent reads).' -rfka 'plain urn hex json env'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream keygen" stream-conf' -l 'stream-conf' -d 'Print the sections of stream.conf for the parent and for each child, with a new key in both.'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream keygen" write' -l 'write' -d 'Write them to parent.stream.conf and child.stream.conf in this directory, for their owner and group only.' -rfka ''
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream keygen" append' -l 'append' -d 'Add the parent\'s section to this stream.conf, unless it has it, and print the child\'s. What is there stays as it is, and is kept beside it as FILE.1.bak.' -rfka ''
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream keygen" parent' -l 'parent' -d 'With sections: the parent as the children reach it. With :SSL they stream encrypted and insist on its name, which Netdata never looks at.' -rfka ''
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream keygen" allow' -l 'allow' -d 'With sections: from where children may come, as allow from has it. (default: *)' -rfka ''
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream keygen" ephemeral' -l 'ephemeral' -d 'With sections: children that come and go, and that nobody need miss.'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream keygen" key' -l 'key' -d 'With sections: this key instead of a new one.' -rfka ''
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream keygen" check' -l 'check' -d 'Say whether this is a good key, and where stream.conf has it. - reads it from standard input.' -rfka ''
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream keygen" rotate' -l 'rotate' -d 'Print how to replace this key by a new one while children stream.' -rfka ''
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream keygen" config-dir' -l 'config-dir' -d 'With --check and --rotate: look at stream.conf in this directory.' -rfka ''
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream keygen" version' -l 'version' -d 'Show the version.'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream keygen" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream check-tls" parent-conf' -l 'parent-conf' -d 'The parent\'s netdata.conf.' -rF
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream check-tls" child-conf' -l 'child-conf' -d 'The child\'s stream.conf.' -rF
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream check-tls" child' -l 'child' -d 'The child is this machine\'s agent: read its stream.conf.'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream check-tls" cafile' -l 'cafile' -d 'Trust what is in this file, as CAfile does.' -rF
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream check-tls" capath' -l 'capath' -d 'Trust what is in this directory, as CApath does.' -rfa '(__ndstream_complete_directories)'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream check-tls" skip' -l 'skip' -d 'Trust anybody, as ssl skip certificate verification = yes does.'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream check-tls" verify-name' -l 'verify-name' -d 'The certificate has to be for this name. (default: the host)' -rfka ''
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream check-tls" key' -l 'key' -d 'Ask to stream, with this API key.' -rfka ''
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream check-tls" timeout' -l 'timeout' -d 'Seconds to wait for each answer, 1 to 60.' -rfka ''
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream check-tls" o output' -l 'output' -s 'o' -d 'table, short (only what is wrong), json or junit.' -rfka 'table short json junit'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream check-tls" watch' -l 'watch' -d 'Look again every three seconds until all is well.'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream check-tls" strict' -l 'strict' -d 'Count warnings: a certificate that ends soon, a weak key, no verification.'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream check-tls" color' -l 'color' -d 'When to use colours. auto: on a terminal, unless NO_COLOR is set.' -rfka 'auto always never'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream check-tls" ascii' -l 'ascii' -d 'Use ASCII only. Chosen by itself where the locale is not UTF-8.'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream check-tls" self-test' -l 'self-test' -d 'Bring every parent and every child of this table together in here, and see what comes of them.'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream check-tls" explain' -l 'explain' -d 'Print what a code means, its causes and the fix, then exit.' -rfka ''
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream check-tls" version' -l 'version' -d 'Show the version.'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream check-tls" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_positional "ndstream tail" -ge 1' -F
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream tail" journal' -l 'journal' -d 'Read the systemd journal: what ndstream and netdata write there.'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream tail" host' -l 'host' -d 'Only lines about these hosts: names, addresses or GUIDs, * as wildcard, ! to exclude.' -rfka ''
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream tail" level' -l 'level' -d 'Only from this degree on.' -rfka 'error warning info debug'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream tail" code' -l 'code' -d 'Only lines with these codes.' -rfka ''
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream tail" side' -l 'side' -d 'Only lines of parents, or of children: of who receives, or sends.' -rfka 'parent child'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream tail" g grep' -s 'g' -l 'grep' -d 'Only lines in which this pattern is found.' -rfka ''
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream tail" since' -l 'since' -d 'Only lines from this time on.' -rfka ''
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream tail" until' -l 'until' -d 'Only lines before this time.' -rfka ''
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream tail" lines n' -s 'n' -l 'lines' -d 'Start with this many of the last lines. (default: 10; all with --no-follow, --since or --until; 0 with --until-code)' -rfka ''
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream tail" no-follow' -l 'no-follow' -d 'Print what is there, then exit.'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream tail" all' -l 'all' -d 'Print the other lines too, not only those about streaming.'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream tail" o output' -s 'o' -l 'output' -d 'pretty for people, raw as in the log, json an object a line, logfmt name=value.' -rfka 'pretty raw json logfmt'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream tail" json' -l 'json' -d 'The same as -o json.'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream tail" no-collapse' -l 'no-collapse' -d 'Print repetitions line by line. Only -o pretty counts them.'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream tail" summary' -l 'summary' -d 'Print counts every minute and at the end. (default: on a terminal with -o pretty)'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream tail" no-summary' -l 'no-summary' -d 'Print counts every minute and at the end. (default: on a terminal with -o pretty)'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream tail" until-code' -l 'until-code' -d 'Exit as soon as a line with one of these codes was printed.' -rfka ''
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream tail" timeout' -l 'timeout' -d 'Exit after so many seconds.' -rfka ''
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream tail" color' -l 'color' -d 'When to use colours. auto: on a terminal, unless NO_COLOR is set.' -rfka 'auto always never'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream tail" ascii' -l 'ascii' -d 'Use ASCII only. Chosen by itself where the locale is not UTF-8.'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream tail" explain' -l 'explain' -d 'Print what a code means, its causes and the fix, then exit.' -rfka ''
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream tail" state-dir' -l 'state-dir' -d 'Where the node of this machine keeps its state.' -rfka ''
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream tail" version' -l 'version' -d 'Show the version.'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream tail" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream top" tls' -l 'tls' -d 'Ask over TLS, as with https://.'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream top" ca' -l 'ca' -d 'Ask over TLS, and trust the certificates in this file (PEM) instead of the system\'s.' -rfka ''
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream top" b batch' -s 'b' -l 'batch' -d 'Print frames of plain text instead of drawing a screen.'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream top" count n' -s 'n' -l 'count' -d 'Print this many frames, then exit.' -rfka ''
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream top" d delay' -s 'd' -l 'delay' -d 'Seconds between two frames, 0.5 to 3600.' -rfka ''
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream top" once' -l 'once' -d 'Print one frame, then exit: --batch -n 1.'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream top" json' -l 'json' -d 'Print the status document, one line of JSON for each frame.'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream top" csv' -l 'csv' -d 'Print a table of the hosts as comma-separated values, one line for each host of each frame.'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream top" fail-on' -l 'fail-on' -d 'Exit with code 1 if a host or an alarm of the last frame is in one of these states, or somebody was refused.' -rfka ''
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream top" mouse' -l 'mouse' -d 'Take clicks and the wheel of the mouse. Selecting text with it then needs Shift.'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream top" ascii' -l 'ascii' -d 'Use ASCII only. Chosen by itself where the locale is not UTF-8.'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream top" color' -l 'color' -d 'When to use colours. auto: on a terminal, unless NO_COLOR is set.' -rfka 'auto always never'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream top" state-dir' -l 'state-dir' -d 'Where the node of this machine keeps its state.' -rfka ''
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream top" version' -l 'version' -d 'Show the version.'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream top" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'ndstream' -n '__ndstream_should_offer_completions_for_flags_or_options "ndstream help" version' -l 'version' -d 'Show the version.'
