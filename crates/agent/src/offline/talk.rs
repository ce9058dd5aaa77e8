//! Small talk, help and bare answers.

use std::sync::LazyLock;

use super::intent::{Answer, Intent, Talk, Unknown};
use super::pattern::Pattern;
use super::target;
use super::words::{Phrase, one_of};

const RULES: &[(&str, Intent)] = &[
    (
        "delete|clear|remove|close|rename|archive|pin|export|share|reset|erase this|the|my|our|that? \
         conversation|chat|account|history|chat_history|profile|messages|password|thread",
        Intent::Unknown(Unknown::Incomplete("elsewhere")),
    ),
    (
        "log_out|logout|sign_out|sign_me_out|log_me_out|change_my_password|turn_on_dark_mode|dark_mode|light_mode|\
         switch_to_dark_mode|switch_to_light_mode|export_my_tasks|change_my_name|change_my_email",
        Intent::Unknown(Unknown::Incomplete("elsewhere")),
    ),
    (
        "i'm|i_am|we're done|finished for now|today|the_day",
        Intent::Talk(Talk::Goodbye),
    ),
    (
        "hi|hello|hey|hallo|howdy|hiya|yo|greetings|good_morning|good_afternoon|good_evening|good_day|\
         morning|evening|hi_there|hello_there|hey_there|sup|what's_up|heya there|again|everyone|\
         greenlit|assistant|friend|bot?",
        Intent::Talk(Talk::Greeting),
    ),
    (
        "hi|hello|hey|good_morning|good_evening? how_are_you|how's_it_going|how_is_it_going|\
         how_do_you_do|how_are_things|how_are_you_doing today?",
        Intent::Talk(Talk::Greeting),
    ),
    ("nice_to_meet_you", Intent::Talk(Talk::Greeting)),
    (
        "ok|okay|great|perfect|cool|awesome|super|wonderful|nice|oh? thanks|thank_you|thx|ty|cheers|\
         many_thanks|thanks_a_lot|thank_you_so_much|thank_you_very_much|thanks_so_much|much_appreciated|\
         tysm a_lot|so_much|very_much|again|for_your_help|for_the_help|for_that|mate|then|anyway?",
        Intent::Talk(Talk::Thanks),
    ),
    (
        "ok|okay|great|perfect|cool|awesome|nice|good|excellent|wonderful|alright|fine|super|got_it|\
         i_see|good_job|well_done|nice_one|very_good|sounds_good|good_bot|lovely|amazing|love_it|\
         nice_work|great_job job|work|stuff?",
        Intent::Talk(Talk::Thanks),
    ),
    (
        "that's|that_is|that_was|you're|you_are|this_is very|so|really? great|good|perfect|helpful|\
         awesome|nice|cool|fine|amazing",
        Intent::Talk(Talk::Thanks),
    ),
    (
        "bye|goodbye|bye_bye|see_you|see_ya|good_night|goodnight|cya|later|see_you_later|that's_all|\
         that's_it|that_is_all|that_will_be_all|have_a_nice_day for_now|then|later|tomorrow?",
        Intent::Talk(Talk::Goodbye),
    ),
    (
        "help|help_me|help_please|commands|usage|instructions|examples|example|?|how_does_this_work|\
         how_do_you_work|how_do_i_use_this|how_do_i_use_you|how_does_it_work|what_is_this|i_need_help|\
         can_you_help_me|can_you_help|i'm_lost|show_help|show_examples|show_commands|what_now|\
         how_to_use_this|give_me_an_example|get_started|how_do_i_start|how_do_i_begin|\
         how_do_i_get_started me?",
        Intent::Talk(Talk::Help),
    ),
    ("help with {x}", Intent::Talk(Talk::Help)),
    (
        "what|which|how can|could|do|else_can|all_can|things_can|commands_can|commands_do|features_do \
         you|i|u do|help|understand|say|support|ask|offer|have|know|ask_you|type|tell_you me|with|for|\
         here|exactly|about|us? with|for? me?",
        Intent::Talk(Talk::Help),
    ),
    (
        "how can you help me|us? with|please? that|this|my_tasks?",
        Intent::Talk(Talk::Help),
    ),
    (
        "what_are|tell_me|show_me|list|explain your|the|available? features|capabilities|abilities|\
         commands|functions|skills|options|tools|powers",
        Intent::Talk(Talk::Help),
    ),
    (
        "who|what are|r you|u really|exactly?",
        Intent::Talk(Talk::Identity),
    ),
    (
        "who made|built|wrote|created|programmed you|this",
        Intent::Talk(Talk::Identity),
    ),
    ("what's|what_is your name", Intent::Talk(Talk::Identity)),
    (
        "are you a|an|the|really|just|some? {x}",
        Intent::Talk(Talk::Identity),
    ),
    (
        "are you there|human|real|chatgpt|gpt|claude|gemini|online|offline|alive|smart",
        Intent::Talk(Talk::Identity),
    ),
    (
        "what|which|whose language|ai? model|llm|ai|gpt|version is|are|do|does this|you|it|that|\
         greenlit? use|using|running|run|on|based_on?",
        Intent::Talk(Talk::Identity),
    ),
    ("introduce yourself", Intent::Talk(Talk::Identity)),
    (
        "how|where|why|can do|can|to|would|should|could|must? i|we|you? connect|set_up|setup|configure|\
         add|use|enable|attach|install|plug_in|enter|put|get|have an|a|the|my|your|some|another|real|\
         any? language|ai|real|better|proper|local|openai|different|actual|smarter? model|llm|openai|\
         ollama|chatgpt|gpt|api_key|key|vllm|llama.cpp|openai_key|ai {x?}",
        Intent::Talk(Talk::Connect),
    ),
    (
        "connect|configure|set_up|use|enable|switch_to|change an|a|the|my|to|to_a|to_an|to_the? \
         language|ai|real|better|proper|local|openai|different|actual? model|llm|openai|ollama|chatgpt|\
         gpt|claude|gemini|api_key|vllm|llama.cpp|ai {x?}",
        Intent::Talk(Talk::Connect),
    ),
    (
        "how do|can|would|should i|you|we|one add|create|make|delete|remove|complete|finish|rename|\
         reschedule|edit|change|undo|move|mark|list|set|see|use {x?}",
        Intent::Talk(Talk::Help),
    ),
    (
        "why are you offline|limited|so_limited|so_dumb|not_online|so_stupid|dumb|stupid",
        Intent::Talk(Talk::Connect),
    ),
    (
        "go|get|come|how_do_i_go|how_do_i_get_you online",
        Intent::Talk(Talk::Connect),
    ),
    (
        "what|which|what's|whats is|'s? today's|the|today? date|day|weekday|time is_it|today|is_today|\
         now|is_it_now|is_it_today|right_now|do_we_have|currently? now|today|right_now|please?",
        Intent::Talk(Talk::Today),
    ),
    ("what day|date is today|it", Intent::Talk(Talk::Today)),
    (
        "what_time_is_it|what_day_is_it|what's_the_time|what_date_is_it|what_is_today|what's_today|\
         what_day_is_today|today's_date now|today|please?",
        Intent::Talk(Talk::Today),
    ),
    (
        "repeat|say_that_again|repeat_that|come_again|again|pardon|what_did_you_say",
        Intent::Talk(Talk::Repeat),
    ),
    (
        "help|assist me|us? to|with? organize|organise|prioritize|prioritise|plan|sort|structure|manage|\
         review|arrange|tidy|order|schedule|sort_out|clean_up|make_sense_of my|the|our|all|these|this|a? \
         all|open|remaining? tasks|todos|to-dos|todo_list|to-do_list|list|task_list|day|week|work|\
         everything|things|stuff|life|time|schedule|agenda|plate|workload|backlog|month|weekend|it|\
         morning|afternoon|evening|priorities|tasks_today|tasks_for_today|tasks_for_the_week|\
         tasks_for_this_week|week_ahead out|better|by_priority|please|by_due_date|by_date|by_importance?",
        Intent::Organize,
    ),
    (
        "help|assist me|us to|with? get|stay|become|getting|staying more? organized|organised|\
         productive|on_top_of_things|on_track|on_top_of_my_tasks",
        Intent::Organize,
    ),
    (
        "help|assist me|us to? organize|organise|prioritize|prioritise|plan|organizing|organising|\
         planning|prioritizing please|out?",
        Intent::Organize,
    ),
    (
        "organize|organise|prioritize|prioritise|plan|sort|structure|review|arrange|tidy|tidy_up|\
         sort_out|triage|rank my|the|all|our|me? all|my|open? tasks|todos|to-dos|todo_list|to-do_list|\
         list|task_list|day|week|everything|agenda|workload|backlog|priorities out|for_me|better|\
         by_priority|by_due_date|by_date|by_importance|today?",
        Intent::Organize,
    ),
    (
        "how should|can|could|do|would i|we organize|organise|prioritize|plan|structure|tackle|approach \
         my|the|all? tasks|day|week|list|work|todos",
        Intent::Organize,
    ),
    (
        "i need|want? help|a_hand organizing|organising|prioritizing|planning|sorting|managing|with my? \
         tasks|day|week|list|todos|work",
        Intent::Organize,
    ),
    (
        "can_you? help with? organizing|organising|prioritizing|planning|managing|sorting my? tasks|day|\
         week|list|todos|work",
        Intent::Organize,
    ),
    (
        "what's|what_is|what_are|give_me|show_me|tell_me|make|make_me|create|suggest|set_my the|a|an|my|\
         my_current|today's? plan|priorities|focus|game_plan|overview|status|daily_plan|summary|day|\
         briefing|daily_briefing|agenda like|for|of|look|on? my|the|this? today|day|week|tasks|me|\
         like_today|like?",
        Intent::Organize,
    ),
    (
        "how's|how_is|how_does|what_does|what's|what_is my day|week|list|schedule|workload \
         look|looking|shaping_up|look_like|looking_like today|this_week?",
        Intent::Organize,
    ),
    (
        "i'm|i_am|i_feel|feeling so|totally|completely|a_bit? overwhelmed|swamped|stressed|behind|\
         lost_in_tasks|drowning",
        Intent::Organize,
    ),
    (
        "what|which task|one|thing|tasks? should|do|must|can|shall|could|ought i|we to? do|start|\
         work_on|tackle|begin|focus_on|pick|handle|be_doing|get_done|prioritize with? next|now|first|\
         today_first|right_now|on|then|after_that|today|to_do_next?",
        Intent::Next,
    ),
    (
        "what|what's|whats|what_is my|the|is|comes|do_i_do? next most_important_task|task|thing|step|\
         one|most_important|up|on_my_list|on_the_list|most_urgent|for_me|todo|to_do?",
        Intent::Next,
    ),
    (
        "what's|what_is|which_is|whats|which_task_is|what_task_is the|my? most_important|most_urgent|\
         top_priority|highest_priority|next_priority|top_task|most_pressing|number_one_priority|\
         biggest_priority|top|first task|thing|one|priority|item? now|today|right_now|on_my_list|next|\
         for_today?",
        Intent::Next,
    ),
    (
        "where|how should|do|can i start|begin today|now|with_my_tasks?",
        Intent::Next,
    ),
    (
        "next|next_task|next_one|next_please|what_next|now_what|suggest_something|pick_one|pick_a_task|\
         pick_a_task_for_me|suggest_a_task|give_me_a_task|give_me_something_to_do|what_to_do|\
         what_to_do_next|what_to_do_now|suggest_what_to_do_next|what_should_i_be_doing|i'm_bored please?",
        Intent::Next,
    ),
];

/// Reads small talk, a call for help, or a request about the whole list.
pub(super) fn parse(phrase: Phrase<'_>) -> Option<Intent> {
    static PATTERNS: LazyLock<Vec<Pattern>> =
        LazyLock::new(|| RULES.iter().map(|(pattern, _)| Pattern::new(pattern)).collect());
    if phrase.is_empty() {
        return None;
    }
    let bare = phrase.without_leading_marks().without_end_marks();
    if bare.is_empty() {
        return phrase
            .lower(0)
            .starts_with('?')
            .then_some(Intent::Talk(Talk::Help));
    }
    PATTERNS
        .iter()
        .zip(RULES)
        .find(|(pattern, _)| pattern.matches(bare).is_some())
        .map(|(_, (_, intent))| intent.clone())
}

/// Reads a bare answer: "yes", "2", "both", "never mind".
pub(super) fn answer(phrase: Phrase<'_>) -> Option<Intent> {
    static YES: LazyLock<Pattern> = LazyLock::new(|| {
        Pattern::new(
            "yes|yeah|yep|yup|sure|ok|okay|y|of_course|please_do|do_it|go_ahead|go_for_it|definitely|\
             absolutely|correct|right|confirm|confirmed|indeed|yes_please|that's_right|sounds_good|\
             please|ja|aye|affirmative|exactly please|do|do_it|do_that|go_ahead|sure|add_it|\
             add_it_please|delete_them|delete_all|i_do|that_one|thanks?",
        )
    });
    static NO: LazyLock<Pattern> = LazyLock::new(|| {
        Pattern::new(
            "no|nope|nah|n|cancel|stop|never_mind|nevermind|don't|do_not|none|neither|abort|forget_it|\
             forget_about_it|skip|leave_it|nothing|no_way|not_now|none_of_them|none_of_these|\
             none_of_those|neither_of_them|not_really|keep_them|keep_it|cancel_that thanks|thank_you|\
             don't|please|way|need|never_mind|keep_them?",
        )
    });
    static ALL: LazyLock<Pattern> = LazyLock::new(|| {
        Pattern::new(
            "all|both|all_of_them|both_of_them|every_one|everyone|each|each_of_them|all_of_those|\
             all_of_these|them_all|all_three|all_two|the_two|all_four|both_tasks|all_tasks please|\
             of_them?",
        )
    });
    let bare = super::polite::without_thanks(phrase.without_leading_marks()).without_end_marks();
    if bare.is_empty() || bare.len() > 14 {
        return None;
    }
    let answer = if YES.matches(bare).is_some() {
        Answer::Yes
    } else if NO.matches(bare).is_some() {
        Answer::No
    } else if ALL.matches(bare).is_some() {
        Answer::All
    } else if matches!(bare.lower(0), "it" | "that" | "this")
        && (bare.len() == 1 || bare.lower(1) == "one")
        && bare.len() <= 2
    {
        Answer::It
    } else {
        let from = usize::from(one_of(bare.lower(0), "option i only just take"));
        let from = if bare.lower(0) == "i" && bare.lower(1) == "mean"
            || bare.lower(0) == "i" && bare.lower(1) == "meant"
        {
            2
        } else {
            from
        };
        Answer::Positions(target::positions(bare.skip(from).without_leading_marks())?)
    };
    Some(Intent::Answer(answer))
}

/// "Don't delete it."
pub(super) fn refusal(phrase: Phrase<'_>) -> Option<Intent> {
    let refuses = match (phrase.lower(0), phrase.lower(1)) {
        ("don't" | "dont" | "never", next) => !one_of(next, "i we you they"),
        ("do", "not") => true,
        _ => false,
    };
    refuses.then_some(Intent::Answer(Answer::No))
}

/// What to say of a sentence that nothing else fits.
pub(super) fn unknown(phrase: Phrase<'_>) -> Intent {
    let bare = phrase.without_end_marks();
    let asks_whether = one_of(bare.lower(0), "can could may should") && bare.lower(1) == "i";
    if asks_whether && one_of(bare.lower(2), "delete remove complete change undo edit move") {
        return Intent::Talk(Talk::Help);
    }
    let verb = match bare.lower(0) {
        "rename" | "retitle" => Some("title"),
        "move" | "reschedule" | "postpone" | "snooze" if bare.len() <= 3 => Some("date"),
        _ => None,
    };
    Intent::Unknown(verb.map_or(Unknown::General, Unknown::Incomplete))
}
