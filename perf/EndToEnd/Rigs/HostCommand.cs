namespace PollMode.EndToEnd;

/// <summary>A command that does one thing and ends.</summary>
internal static class HostCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Runs it.</summary>
    /// <returns>What it printed.</returns>
    /// <exception cref="PollModeException">It failed; the message has what it said.</exception>
    internal static string Run(string program, params string[] arguments)
    {
        string path = new Tool(program, program).FullPath ?? throw new PollModeException($"There is no program '{program}'.");
        using ChildProcess process = ChildProcess.Start(path, arguments);
        process.StandardInput.Close();
        string output = process.ReadToEnd(Patience, CancellationToken.None);
        return process.WaitForEnd(Patience, CancellationToken.None) && process.ExitCode == 0 ? output : throw process.Fault("failed");
    }
}
